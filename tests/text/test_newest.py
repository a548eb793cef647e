"""Only the newest message is read, and no word of it is lost."""

import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tonecheck.text import newest, read
from tonecheck.text.newest import has_words

THREADS = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "data/threads/tuning.jsonl").read_text(encoding="utf-8").split("\n")
    if line
]


def text(body: str) -> str:
    return read(None, body).text


@pytest.mark.parametrize("thread", THREADS, ids=[f"{thread['id']} {thread['client']}" for thread in THREADS])
def test_tuning_threads(thread: dict[str, str]) -> None:
    wanted = read(None, thread["keep"])
    assert not wanted.set_aside or {piece.kind for piece in wanted.set_aside} == {"quote"}
    assert text(thread["text"]).split() == text_of_kept(thread["keep"]).split()


def text_of_kept(keep: str) -> str:
    """The kept words with the masks on, and nothing else done to them."""
    from tonecheck.text.dumps import masked
    from tonecheck.text.layers import Draft

    draft = Draft(keep)
    draft.edit(masked(keep)[0])
    return draft.text


REAL = [
    "Sent the phone back to you last week. No answer.",
    "Sent from my phone two days ago and still no answer",
    "Avast deletes your installer, is it a virus?",
    "Warning: Avast says your program is a virus.",
    "Unsubscribe me from your newsletter now!",
    "Hello.\nPlease take me off your mailing list.",
    "To unsubscribe I must log in, but I cannot.",
    "This message says access unauthorized and then my PC dies.",
    "On 3 May 2022 at 10:01 your engineer wrote:\nI will come on Friday.\nHe never came!",
    "Hi\n--- original ---\nfoo\n--- new ---\nbar",
    "Hi.\nThanks,\n\nMonday 9-12\nTuesday 14-16",
    "Hello\n\nThank you\nBob Miller",
    "Deliver to:\nJohn Smith\n12 High Street\nTel: 020 7946 0000",
    "Name: Jo\nPhone: 020 7946 0000\nProblem: no heating",
    "Thanks for nothing.\nYour product broke again and I lost a day.",
    ">>> import tonecheck\nImportError\n>>> what now",
    "Steps:\n> open the app\n> press send\n>> nothing happens",
    "From: the start\nit was bad.",
    "Re: my last mail, I am still waiting",
    "-- \nI pay you and this is what I get? Answer me!",
    "Tel me why it fails\nBob",
]


@pytest.mark.parametrize("body", REAL)
def test_real_sentences_are_never_lost(body: str) -> None:
    assert text(body).split() == body.split()


@pytest.mark.parametrize(
    "body",
    [
        "> only\n> quoted",
        "On Tue, 3 May 2022 at 10:01, Bob <b@x.example> wrote:\n> hello",
        "Sent from my iPhone",
        "-- \nBob",
        "CONFIDENTIALITY NOTICE: this message is confidential and privileged.",
        "-----Original Message-----",
        "From: a@b.example\nSent: now\nSubject: x",
        "________________________________",
    ],
)
def test_never_empty_when_there_are_words(body: str) -> None:
    assert has_words(text(body)) == has_words(body)


def test_the_line_above_an_attribution_is_the_writers() -> None:
    body = "testing this class, version 2\nOn 14/08/2017 10:26 PM, Jan <j@x.example>\nwrote:\n> hi"
    assert text(body) == "testing this class, version 2"


def test_a_signature_alone_is_read() -> None:
    assert text('<div><div class="gmail_signature">Bob</div></div>') == "Bob"


def test_an_answer_between_html_quotes_is_kept() -> None:
    body = (
        "<div>See inline.</div><div class='gmail_quote'>On Tue, 3 May 2022 at 10:01, Bob &lt;b@x.example&gt; wrote:<br>"
        "<blockquote class='gmail_quote'>Which app?</blockquote><div>The Android one.</div></div>"
    )
    assert text(body).split() == ["See", "inline.", "The", "Android", "one."]


def test_a_reply_subject_tells_quotes_from_prompts() -> None:
    body = "> Is it on?\nYes it is."
    assert text(body) == body
    assert read("Re: lamp", body).text == "lamp\nYes it is."


def test_what_is_set_aside_is_told_with_its_place() -> None:
    body = "It broke.\n\nSent from my iPhone\n\nOn 3 May 2022, at 10:01, Bob <b@x.example> wrote:\n> Hi\n"
    aside = read(None, body).set_aside
    assert [(piece.kind, body[piece.span.start : piece.span.end].split()[0]) for piece in aside] == [
        ("signature", "Sent"),
        ("quote", "On"),
    ]


def test_ten_thousand_levels_and_five_hundred_attributions() -> None:
    deep = "\n".join(">" * n + " hello" for n in range(1, 10_001, 7))
    assert text("My own words.\n\nOn 3 May 2022, at 10:01, Bob <b@x.example> wrote:\n" + deep) == "My own words."
    line = "On Tue, 3 May 2022 at 10:01, Bob <b@x.example> wrote:\n"
    assert text("My own words.\n\n" + line * 500) == "My own words."
    assert text(">" * 10_000 + " hello").endswith("hello")


def test_an_unsure_attribution_does_not_end_the_search() -> None:
    """An insult in the quote must not count as the customer's."""
    tale = "Yesterday your colleague Bob <bob@x.example> wrote:\nreboot it and wait.\nThat did nothing."
    quote = "On Tue, Mar 14, 2023 at 9:41 AM Support <s@x.example> wrote:\n\n> you are an idiot"
    reading = read(None, f"{tale}\n\n{quote}")
    assert reading.text == tale.replace("<bob@x.example>", "<email>")
    assert reading.n_offered == len(reading.text)
    assert [piece.kind for piece in reading.set_aside] == ["quote"]


def test_a_footer_is_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = 0
    original = newest._is_footer

    def counted(lines: list[str], i: int) -> bool:
        nonlocal looks
        looks += 1
        return original(lines, i)

    monkeypatch.setattr(newest, "_is_footer", counted)
    assert read(None, "It broke.\n" + "unsubscribe\n" * 8_000).text.count("unsubscribe") == 8_000 - 15
    assert looks <= 15
    assert text("It broke.\n\n-- \nunsubscribe: https://x.example/u?my=1\nunsubscribe") == "It broke."
    assert text("Unsubscribe: I asked twice.\n\n" + "It broke.\n" * 20 + "\n--\nunsubscribe").endswith("broke.")


SIGN_OFFS = {
    "Mit freundlichen Grüßen": "Jürgen Müller\nMuster GmbH\nHauptstraße 12, 10115 Berlin",
    "Met vriendelijke groet,": "Jan de Vries\nBakkerij BV\nDorpsstraat 1, Utrecht",
    "Atenciosamente,": "João Silva\nGerente\nRua A, 12, Lisboa",
    "Με εκτίμηση,": "Γιώργος Παπαδόπουλος\nΕταιρεία ΑΕ\nΑθήνα 10431",
    "مع أطيب التحيات": "محمد علي\nشركة النور\nعمان",
    "С уважением,": "Иван Петров\nООО Ромашка\nМосква",
    "S pozdravem": "Jiří Novák\nFirma s.r.o.\nPraha 1",
    "Le meas,": "Seán Ó Briain\nAn Post\nBaile Átha Cliath",
}


@pytest.mark.parametrize("sign_off", SIGN_OFFS)
def test_the_block_below_a_foreign_sign_off_is_a_signature(sign_off: str) -> None:
    own = f"The printer is broken since Monday.\n\n{sign_off}"
    reading = read(None, f"{own}\n{SIGN_OFFS[sign_off]}\n")
    assert reading.text == own
    assert [piece.kind for piece in reading.set_aside] == ["signature"]
    assert text(f"{own}\nJo\nPlease call me before you come here.").endswith("come here.")


FORWARD = "From: a@b.example\nSent: now\nTo: c@d.example\nSubject: x\n"
LINES = [
    "", " ", "FYI", "> quoted", "Begin forwarded message:", "---- Original Message ----", "________________________",
    "From: a@b.example", "Sent: now", "Subject: x", "Sent from my iPhone", "-- ", "unsubscribe", "Thanks,", "Bob Miller",
    "On Tue, 3 May 2022 at 10:01, Bob <b@x.example> wrote:", FORWARD,
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(LINES), max_size=20).map("\n".join))
@example(FORWARD + "\n\n" + FORWARD + "\nThe seat was broken.")
def test_pieces_are_sorted_and_apart(mail: str) -> None:
    for pieces in (newest.around_forwarded(mail), newest.older_parts(mail) or []):
        at = 0
        for _, start, end in pieces:
            assert at <= start < end <= len(mail)
            at = end
