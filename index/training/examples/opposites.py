"""Opposites of English words, for questions that a text does not answer."""

_PAIRS = """
    before/after first/last earliest/latest early/late largest/smallest larger/smaller large/small big/small
    biggest/smallest bigger/smaller highest/lowest higher/lower high/low most/least more/fewer more/less
    maximum/minimum major/minor long/short longer/shorter longest/shortest old/young older/younger
    oldest/newest old/new older/newer north/south northern/southern east/west eastern/western
    northeast/southwest northwest/southeast increase/decrease increased/decreased increases/decreases
    increasing/decreasing rise/fall rose/fell rising/falling grow/shrink grew/shrank expand/contract
    win/lose won/lost wins/loses winner/loser victory/defeat success/failure successful/unsuccessful
    succeed/fail succeeded/failed begin/end began/ended begins/ends beginning/end start/finish
    started/finished start/stop started/stopped open/close opened/closed opening/closing
    build/destroy built/destroyed create/destroy created/destroyed found/dissolved founded/dissolved
    join/leave joined/left enter/leave entered/left arrive/depart arrived/departed
    buy/sell bought/sold give/receive gave/received send/receive sent/received lend/borrow
    accept/reject accepted/rejected allow/forbid allowed/forbade allowed/prohibited permit/prohibit
    support/oppose supported/opposed supporters/opponents agree/disagree agreed/disagreed
    like/dislike liked/disliked love/hate loved/hated loves/hates good/bad better/worse best/worst
    positive/negative strong/weak stronger/weaker strongest/weakest strength/weakness advantage/disadvantage
    advantages/disadvantages benefit/harm gain/loss gained/lost profit/loss profits/losses
    rich/poor wealthy/poor cheap/expensive easy/difficult easier/harder hard/easy fast/slow faster/slower
    fastest/slowest quickly/slowly hot/cold warm/cool hotter/colder heavy/light heavier/lighter
    thick/thin wide/narrow deep/shallow near/far nearest/farthest close/distant inside/outside
    internal/external inner/outer upper/lower top/bottom above/below up/down left/right front/back
    forward/backward male/female men/women man/woman boys/girls boy/girl mother/father son/daughter
    husband/wife king/queen brother/sister parents/children urban/rural public/private domestic/foreign
    national/international local/global ancient/modern past/future present/absent present/past
    always/never often/rarely usually/rarely frequently/rarely common/rare commonly/rarely
    popular/unpopular known/unknown famous/unknown legal/illegal formal/informal official/unofficial
    direct/indirect directly/indirectly active/passive simple/complex single/multiple same/different
    similar/different together/apart with/without include/exclude included/excluded includes/excludes
    including/excluding add/remove added/removed attack/defend attacked/defended attacking/defending
    born/killed birth/death alive/dead live/die lived/died cause/prevent caused/prevented causes/prevents
    help/hinder helped/hindered protect/harm protected/harmed improve/worsen improved/worsened
    encourage/discourage encouraged/discouraged raise/lower raised/lowered hire/fire hired/fired
    teach/learn taught/learned remember/forget friend/enemy friends/enemies ally/enemy allies/enemies
    teacher/student teachers/students majority/minority front/rear dry/wet dark/bright light/dark
    clean/dirty full/empty safe/dangerous true/false correct/incorrect possible/impossible
    necessary/unnecessary natural/artificial democratic/communist catholic/protestant
    offense/defense offensive/defensive export/import exports/imports exported/imported
    sunrise/sunset summer/winter spring/autumn morning/evening day/night
"""


def _both_ways(pairs: str) -> dict[str, list[str]]:
    opposites: dict[str, list[str]] = {}
    for pair in pairs.split():
        first, second = pair.split("/")
        opposites.setdefault(first, []).append(second)
        opposites.setdefault(second, []).append(first)
    return opposites


OPPOSITES = _both_ways(_PAIRS)
"""Opposites of English words, in lower case."""
