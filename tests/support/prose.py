"""What sentence segmenters stumble over."""

# One string is a text, " | " between its sentences.
PROSE = [
    # Abbreviations, titles, initials
    "Dr. Smith met Mrs. Jones at 5 p.m. on Friday. | They talked.",
    "J. R. R. Tolkien wrote it. | C.S. Lewis read it.",
    "Col. Ryan Dillon spoke. | Lt. Gen. Steve Townsend agreed. | Sgt. Pepper left.",
    "Rep. Adam Schiff and Sen. John McCain met Gov. Jerry Brown.",
    "He lives in the U.S. | The country is large.",
    "The U.S. Air Force denied it. | A U.S. airstrike followed.",
    "Martin Luther King Jr. was born in Atlanta. | St. Petersburg is big.",
    "Apple Inc. announced it. | Brown v. Board of Education was decided.",
    "Prof. A. B. Müller et al. (2010) found it. | Fig. 3 shows this. | Eq. 4 is simple.",
    "Mr. and Mrs. Smith vs. the I.R.S. in Washington, D.C. in 2001. | They won.",
    "The Ph.D. student left. | He has a Ph.D. | She has none.",
    "the us -led coalition believes it. | It was wrong.",
    # Numbers
    "It cost 3.5 million dollars. | Growth was 0.7 percent.",
    "See No. 5 for details. | It is on p. 12.",
    "He was born on Jan. 5, 1990. | She came in Sept. 1991.",
    "It happened in 1066. | The Normans won.",
    "Version 2.0.1 was released. | Python 3.11 works.",
    # Quotations and brackets
    '"He left." | She stayed.',
    "“He left.” | She stayed.",
    'He said, "I am here." | Then he left.',
    '"Are you sure?" he asked. | "Yes!" she said.',
    '"Morale is high and readiness is complete". | At least 21 were killed.',
    "It was late (he thought. He was wrong). | Then came dawn.",
    "(This is a whole sentence.) | Another one follows.",
    "He wrote it [sic]. | It was fine.[12] | Next one.[3][4] | And more.",
    "It rained.[citation needed] | Then it stopped.[a]",
    # Marks
    "What?! | Really?! | Yes.",
    "Wait... what? | I don't know... | Maybe not.",
    "Visit https://example.com/a.b?c=d. | Write to a.b@example.org. | Done.",
    "I. Introduction. | II. Methods. | A. First part.",
    # Abbreviations before a capital letter, a digit or a bracket that goes on with the sentence
    "The council meets at 9 a.m. Monday in the hall. | It rains.",
    "It begins at 7 p.m. Greenwich time. | It ends at 9 p.m. | The hall closes then.",
    "Ortiz et al. [14] weighed the nests. | Lin et al. Found nothing.",
    "The grains were approx. 0.4 mm wide. | It took max. 3 days, incl. Sunday.",
    "See Tel. 0161 496 0000 and vol. 3, Tab. 2 and par. 4. | It is there.",
    "Open Mon. to Fri. 9 to 5. | Closed on Sat. and Sun. | Nobody minds.",
    "Add 2 tbsp. Sugar and 1 tsp. Salt. | Stir it.",
    "It cost 3 bn. Euros. | They went to Ft. Worth on the S.S. Norland. | It sank.",
    "The S.S. Great Eastern sailed. | He joined the U.S. | She did not.",
    "It came with version 2.0. | The next was 3.1.",
    "Bob took three things: 1. a compass, 2. a kettle and 3. a map. | He left.",
    "Chapter 1. The Beginning. | It was a wet spring.",
    "She works for Bell Co. Ltd. in Hull, i.e. In the north. | She lives at 14 Mill St. | It is small.",
    "The gates close at 5 p.m. | Sharp objects stay outside.",
    # Apostrophes, primes, smileys, brackets that are never closed
    "The pit closed in the '60s. | Its owner was Greta. | The workers' hall was sold.",
    "The strike began in '26. | It was long. | The miners' wives cooked.",
    "'Tis the season. | He came. | They played rock 'n' roll. | It was loud.",
    "The wall is 6' high. | It was built by Ansel. | The gap is 3' wide. | Sheep pass.",
    "The pole is at 57° 12' N. | It is red. | The other is at 3° 40' W. | It is white.",
    "The girls' room was red. | She taught Greek. | The boys' room was grey. | It leaked.",
    "The key is lost :( | Petra has one. | The night is near. | Bring cups :) | Nobody came.",
    "He came (on foot. | It was late. | Then he left.",
    'The cable is 6" long. | It is red. | The other is 9" long. | It is blue.',
    # Names with marks in them, code, addresses
    "Get it from https://a.org/v2.tar.gz. | Node.js is not needed. | Read config.toml. | Done.",
    "Call `client.run(token). Then wait` once. | It returns. | Use `!help` or `?ask Me` now.",
    "The type is asyncio.Queue.Empty or ext.commands.Bot. | It is raised.",
    "Write to billing@example.com. | They answer.",
    'Ask "Why does it stop?" | Then read the log.',
    "`max_age`: seconds to keep it. Defaults to `600`. | The next one is new.",
    "He scored 20 pts. vs. Spain. | Then he left.",
    "The min. temp. was 5 deg. C. | The max. was 9.",
    "Er kam am 3. Mai an. | Dr. Müller ging.",
    "Maybe he left… | She stayed.",
    "The church of Trinity-St. Paul's stands.",
    # Other scripts
    "नमस्ते दुनिया। | यह एक वाक्य है।",
    "هل أنت هنا؟ | نعم أنا هنا. | شكرا.",
    "สวัสดีครับ วันนี้อากาศดี ผมไปตลาด",
    # The same again, and nothing to go by
    "The same. | The same. | The same. | The same. | The same.",
    "no punctuation at all in this text",
    "😀 Emoji come first. | They end it too 👩‍👩‍👧.",
]

# What comes out wrong, and is known to (docs/segmentation.md).
KNOWN_WRONG = [
    "The talk ended at 5 p.m. | Monday was free.",
    "The committee met at 5 p.m. | Friday's talk was long.",
    "They sailed to the U.K. | Paul stayed.",
    "He joined Harwell Inc. | Prices rose.",
]
