"""Pressure and hardship that change nothing: messages with a shout or a hard-luck story added keep their levels.

"Just because it is urgent to them does not make it urgent to you." The labelled messages alone do not teach it: whoever has an
outage also shouts. So some messages are learned a second time with pressure or a story added; the levels stay, the signal is set.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from training.data import Example

SHOUTS = """URGENT
URGENT!!
*** URGENT ***
Urgent - please read
[URGENT]
Importance: High
Priority: 1
HIGH PRIORITY
TOP PRIORITY PLEASE
!!! ATTENTION !!!
EMERGENCY
Very urgent!!
asap pls
HELP!!!!!
Help needed now
Time sensitive
Needs answer today
ACTION REQUIRED
PLEASE READ NOW
2nd request
THIRD REMINDER
Still waiting!!!""".split("\n")
"""Put in front."""

PRESSURE = """I need this fixed immediately.
Please get back to me at once, I can't wait any longer.
This has to be done today, no excuses.
Drop everything and look at this please.
I expect a reply within the hour.
Answer ASAP!!!
How long am I supposed to wait for an answer?
That's now the fourth mail I've sent you about it.
Second time asking, please hurry.
Pleeeease, I am begging you, hurry.
Kindly expedite.
Treat this as your highest priority.
I want somebody to call me right now.
Needs sorting NOW.
Can someone please respond urgently?
Every minute counts for me.
hurry up please
I have been waiting since yesterday, answer me!
Escalate this straight away.
Please do the needful on urgent basis.
quick reply needed!!
This cannot wait until Monday.
I must have an answer before lunch because I like to have things done.
Do it today, I am not going to bed before it's done.""".split("\n")
"""Put at the end, or in front."""

HARDSHIP = """My husband was taken into hospital on Sunday and I am at my wits' end.
I was made redundant in spring and everything is on top of me.
I'm a single dad with three kids and no sleep, please be kind.
Our dog died this week and I can't stop crying.
My sister is going through chemo and I have nobody to help me.
I am 83, live alone and my eyesight is failing.
Sorry if I ramble, my marriage is falling apart at the moment.
I broke my wrist and typing this took me half an hour.
We lost our house in the floods and I'm living with my daughter.
I have long covid and very little strength.
My gran passed away on Friday, it's been a terrible week.
I'm disabled and everything takes me three times as long.
It's been the worst year of my life, first my job, then my back.
I suffer from anxiety and this makes it so much worse.
I look after my mum who has dementia, so I only get ten minutes at night.
I'm on benefits and can't afford anyone to do it for me.
My baby was born early and we've practically lived on the ward.
I just came out of rehab and try to get my life in order.
My partner left me last month and took the car.
I have been ill since Christmas and nobody at home knows about computers.
I'm recovering from a stroke so please use simple words.
Money is so tight that I cry over every bill.
My son is being bullied and I can't think straight.
I buried my father yesterday.""".split("\n")
"""Put at the end, or in front."""


FITS = 700
"""Characters of a text that surely leave room in the window for a line at its end."""


def with_pressure(examples: Sequence[Example], n: int, seed: int) -> list[Example]:
    """Copies of `n` examples with a shout, pressure or hardship added: same levels, the signal set."""
    rng = np.random.default_rng(seed)
    copies = []
    for k in rng.permutation(len(examples))[:n]:
        example = examples[k]
        kind = rng.choice(3, p=[0.35, 0.3, 0.35])
        line = str(rng.choice((SHOUTS, PRESSURE, HARDSHIP)[kind]))
        if kind == 0:
            text = line + str(rng.choice(["\n", " ", ": "])) + example.text
        else:
            glue = str(rng.choice(["\n", " ", "\n\n"]))
            at_the_end = rng.random() < 0.75 and len(example.text) < FITS
            text = example.text + glue + line if at_the_end else line + glue + example.text
        signal = "personal_crisis" if kind == 2 else "pressure"
        copies.append(dataclasses.replace(example, id=f"{example.id}+{signal}", text=text, signals=example.signals | {signal}))
    return copies
