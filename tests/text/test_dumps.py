"""What machines wrote is shortened, addresses and long numbers are masked."""

import pytest

from tonecheck.text import read


def text(body: str) -> str:
    return read(None, body).text


@pytest.mark.parametrize(
    ("sent", "read_as"),
    [
        ("see https://a.example/b?c=d, please", "see <url>, please"),
        ("see (www.a.example).", "see (<url>)."),
        ("see <https://a.example>", "see <url>"),
        ("write to bob.b@x.example.", "write to <email>."),
        ("write to <mailto:bob@x.example>", "write to <email>"),
        ("order 123456 and 12345", "order <number> and 12345"),
        (
            "error 0x80070005 at 10:01 on 03.05.2022, code 1603",
            "error 0x80070005 at 10:01 on 03.05.2022, code 1603",
        ),
        ("http://a http://b http://c http://d", "<url>"),
        ("http://a http://b http://c", "<url> <url> <url>"),
        ("buy\n" + "\n".join(f"{k}. http://spam.example/{k}" for k in range(70)), "buy\n0. <url>"),
        ("the masks <url> and <email> stay", "the masks <url> and <email> stay"),
    ],
)
def test_masks(sent: str, read_as: str) -> None:
    assert text(sent) == read_as


TRACE = [
    "Traceback (most recent call last):",
    *(f'  File "a{k}.py", line {k}' for k in range(20)),
    "ValueError: no",
]
DUMPS = {
    "python trace": TRACE,
    "java trace": [
        "java.lang.NullPointerException: x",
        *(f"\tat com.example.A.b(A.java:{k})" for k in range(20)),
    ],
    "log": [f"2022-05-03 10:01:{k:02} INFO started {k}" for k in range(20)],
    "levels": [f"[ERROR] no {k}" for k in range(20)],
    "hex": [f"{k:04x}: 4865 6c6c 6f20 776f 726c 6421" for k in range(20)],
    "json": ["{", *(f'    "key{k}": {k},' for k in range(20)), "}"],
    "fence": ["```", *(f"line {k} of it" for k in range(20)), "```"],
    "diff": ["diff --git a/x b/x", "@@ -1,9 +1,9 @@", *(f"+    x = f({k});" for k in range(20))],
    "about": [f"Setting {k}: value{k}" for k in range(20)],
}


@pytest.mark.parametrize("dump", DUMPS.values(), ids=DUMPS)
def test_a_dump_keeps_three_lines_and_one(dump: list[str]) -> None:
    reading = read(None, "It says:\n\n" + "\n".join(dump) + "\n\nPlease help me with this.")
    lines = [line for line in reading.text.split("\n") if line]
    assert [line.split() for line in lines] == [
        ["It", "says:"],
        *(line.split() for line in dump[:3]),
        ["[...]"],
        dump[-1].split(),
        ["Please", "help", "me", "with", "this."],
    ]
    assert {piece.kind for piece in reading.set_aside} <= {"log", "code"}


def test_short_dumps_and_people_stay() -> None:
    for body in (
        "\n".join(TRACE[:8]),
        "\n".join(f"at {k} I called you and nobody answered my call" for k in range(7)),
        "\n".join(f"2022-05-03 10:01:{k:02} x\nand then I did this" for k in range(20)),
        "\n".join(f"    I tried it again, the {k}th time, and it is still broken" for k in range(20)),
    ):
        assert text(body).split() == body.split()


@pytest.mark.parametrize(
    ("subject", "read_as"),
    [
        ("Re: Fwd: AW: printer", "printer"),
        ("[EXTERNAL] RE: [Ticket #123] printer", "printer"),
        ("RE[2]: (#4431) printer", "printer"),
        ("Report: printer", "Report: printer"),
        ("printer\nbroken", "printer broken"),
        ("Re:", ""),
    ],
)
def test_subject(subject: str, read_as: str) -> None:
    assert read(subject, "").text == read_as
