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
    "He scored 20 pts. vs. Spain. | Then he left.",
    "The min. temp. was 5 deg. C. | The max. was 9.",
    "Er kam am 3. Mai an. | Dr. Müller ging.",
    "Maybe he left… | She stayed.",
    "The church of Trinity-St. Paul's stands.",
]
