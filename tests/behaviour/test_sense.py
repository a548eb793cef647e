"""Common sense: of two clear tickets the right one scores higher. To be checked against each real model.

Only pairs are compared, never a number with a fixed one.
"""

from __future__ import annotations

import pytest

from tonecheck import Scorer

HOSTILE_OVER_CALM = [
    (
        "You are a bunch of incompetent idiots, fix my account now",
        "Could you please have a look at my account when you have a moment?",
    ),
    ("Fuck you and your worthless support team", "Thank you and your whole support team, that solved it"),
    ("Whoever wrote this manual must be a complete moron", "Whoever wrote this manual left out the page on backups"),
    (
        "You lying scammers stole my money, you disgusting thieves",
        "I was charged twice in May, could you return one of the payments?",
    ),
    ("I will come to your office and break your neck", "I will come to your office on Tuesday to pick up the laptop"),
    (
        "Do you people ever read what one writes? You are useless",
        "Did you have a chance to read my last message? Thanks in advance",
    ),
    (
        "You clearly do not care about your customers, you pathetic clowns",
        "I am disappointed with the delay and would like to cancel, please",
    ),
    (
        "Shut up with your stupid copy and paste answers, you brainless robots",
        "The answer you sent describes another product than mine",
    ),
    ("Your agent is a stupid cow", "Your agent was friendly, but the router still restarts"),
    ("You incompetent fools broke my site again, get lost", "The update of last night broke my site, the log is attached"),
]
MISTAKE_OVER_FAULT = [
    (
        "Sorry, my mistake: I typed the wrong e-mail address when I signed up. Can you change it?",
        "Your server returns error 500 on every page since your update",
    ),
    (
        "I forgot my password again, could you reset it?",
        "The password page crashes for everybody in our company since your release",
    ),
    ("I deleted the folder by accident, that was my own fault", "Your synchronisation deleted our folder by itself overnight"),
    ("It turned out that I had not plugged in the cable, silly me", "The device you sent arrived with a burnt power supply"),
    (
        "I ignored the warning and installed it on Windows XP, which you do not support",
        "Your installer fails on all versions that you list as supported",
    ),
    ("I entered my card number in the wrong field, my bad", "Your checkout charged my card twice for one order"),
    (
        "I skipped step three of your guide and now nothing works",
        "I followed every step of your guide and the example in it fails with a null pointer",
    ),
    (
        "My own firewall rule was blocking the program, I should have checked",
        "Your certificate has expired, so every browser refuses your site",
    ),
]
URGENT_OVER_TRIFLE = [
    ("All our 300 shops cannot take payments since 8 am, production is down", "It would be nice to have a dark theme some day"),
    (
        "Someone has broken into our account and is sending mails to customers right now",
        "Just wanted to say that I like the new icons",
    ),
    (
        "The whole hospital cannot reach patient records, please act immediately",
        "There is a small spelling error on your about page",
    ),
    ("Our server is on fire and data is being lost every minute", "Out of curiosity, what does the number in the corner mean?"),
    (
        "The tender closes at 5 pm today and the upload does not work, we lose the contract",
        "No rush at all: could you add me to the newsletter?",
    ),
    (
        "Nobody in the company can log in since this morning, all work has stopped",
        "The logo looks slightly blurred on my second screen",
    ),
    (
        "The network of the entire campus is down, four thousand users are offline",
        "Idea for a later version: let me sort the list by colour",
    ),
    (
        "Money is leaving our account in transfers that we did not make, block it now",
        "Thanks, everything works well since the last version",
    ),
]
CALM_WORDS_THAT_SOUND_HOSTILE = [
    ("You are useless idiots", "How do I kill a zombie process that hangs on the dummy server?"),
    ("You are useless idiots", "The slave disk failed, so the execute command aborts with a bomb icon"),
    ("You are useless idiots", "My manager called me an idiot because the report was late, can you restore it?"),
    ("You are useless idiots", "This bug is killing me, but the damn thing works now, thank you so much!"),
]
PAIRS = [
    *(("hostility", *pair) for pair in (*HOSTILE_OVER_CALM, *CALM_WORDS_THAT_SOUND_HOSTILE)),
    *(("user_error", *pair) for pair in MISTAKE_OVER_FAULT),
    *(("urgency", *pair) for pair in URGENT_OVER_TRIFLE),
]


@pytest.mark.parametrize(("axis", "higher", "lower"), PAIRS, ids=[f"{axis}-{k}" for k, (axis, *_) in enumerate(PAIRS)])
def test_the_clear_case_scores_higher(scorer: Scorer, axis: str, higher: str, lower: str) -> None:
    one, other = scorer.score(higher), scorer.score(lower)
    assert one.abstained is None
    assert other.abstained is None
    assert getattr(one, axis) > getattr(other, axis)


@pytest.mark.parametrize(("axis", "higher", "lower"), PAIRS, ids=[f"{axis}-{k}" for k, (axis, *_) in enumerate(PAIRS)])
def test_the_level_of_the_clear_case_is_not_lower(scorer: Scorer, axis: str, higher: str, lower: str) -> None:
    from tonecheck import LEVELS

    rank = LEVELS[axis].index
    assert rank(scorer.score(higher).levels[axis]) >= rank(scorer.score(lower).levels[axis])
