"""Other languages are told and named; English in all its shapes is not refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonecheck import Scorer
from tonecheck.language import UNKNOWN, detect

FOREIGN = {
    "de": "Leider kann ich mich seit heute Morgen nicht mehr anmelden. Können Sie mir bitte weiterhelfen?",
    "fr": "Bonjour, je n'arrive plus à ouvrir mon compte depuis hier soir. Pouvez-vous m'aider rapidement ?",
    "es": "Buenos días, no puedo entrar en mi cuenta desde ayer. ¿Podrían ayudarme cuanto antes, por favor?",
    "it": "Buongiorno, da ieri non riesco più ad accedere al mio conto. Potete aiutarmi il prima possibile?",
    "pt": "Bom dia, não consigo entrar na minha conta desde ontem. Podem me ajudar o mais rápido possível?",
    "nl": "Goedemorgen, sinds gisteren kan ik niet meer inloggen op mijn account. Kunt u mij alstublieft helpen?",
    "sv": "Hej, jag kan inte logga in på mitt konto sedan i går. Kan ni hjälpa mig så snart som möjligt?",
    "pl": "Dzień dobry, od wczoraj nie mogę zalogować się na swoje konto. Proszę o pilną pomoc w tej sprawie.",
    "cs": "Dobrý den, od včerejška se nemohu přihlásit ke svému účtu. Mohli byste mi prosím pomoci?",
    "fi": "Hei, en ole päässyt kirjautumaan tililleni eilisestä lähtien. Voisitteko auttaa minua mahdollisimman pian?",
    "tr": "Merhaba, dünden beri hesabıma giriş yapamıyorum. Lütfen en kısa sürede bana yardımcı olur musunuz?",
    "ru": "Здравствуйте, со вчерашнего дня не могу войти в свой аккаунт. Помогите, пожалуйста, как можно скорее.",
    "el": "Καλημέρα, από χθες δεν μπορώ να συνδεθώ στον λογαριασμό μου. Μπορείτε να με βοηθήσετε;",
    "ja": "昨日からアカウントにログインできません。できるだけ早く対応していただけますか。",
    "zh": "您好,我从昨天开始就无法登录我的账户,请尽快帮我处理一下,谢谢。",
    "ko": "안녕하세요, 어제부터 제 계정에 로그인할 수 없습니다. 빠른 확인 부탁드립니다.",
    "ar": "مرحبا، لا أستطيع تسجيل الدخول إلى حسابي منذ أمس. هل يمكنكم مساعدتي في أقرب وقت ممكن؟",
    "he": "שלום, מאז אתמול אני לא מצליח להתחבר לחשבון שלי. אפשר בבקשה עזרה בהקדם?",
}
ENGLISH = (
    "help", "ok", "refund pls", "site down again", "u guys r a joke lol", "cant login", "wont turn on", "thx", "WHERE IS IT",
    "printer jam room 204", "pasword dosnt work ples fix", "Error 0x80070005 on update", "my cafe menu is broken",
    "system frozen on startup", "VPN drops every 10 mins", "Still waiting. Still nothing.", "wtf is this",
    "Hello, my invoice is wrong.\n\nMit freundlichen Grüßen\nAnna Müller\nVertrieb",
    "The page shows \"Zugriff verweigert\" when I open the report, what does it mean?",
)  # fmt: skip


@pytest.mark.parametrize("code", FOREIGN)
def test_a_message_in_another_language_is_abstained_from_and_named(light_scorer: Scorer, code: str) -> None:
    score = light_scorer.score(FOREIGN[code])
    assert (score.abstained, score.language) == ("language", code)


@pytest.mark.parametrize("text", ENGLISH)
def test_short_sloppy_and_mixed_english_is_scored(light_scorer: Scorer, text: str) -> None:
    score = light_scorer.score(text)
    assert score.abstained is None
    assert score.language in ("en", UNKNOWN)


@pytest.mark.parametrize("code", FOREIGN)
def test_a_few_foreign_words_do_not_refuse_an_english_message(light_scorer: Scorer, code: str) -> None:
    quoted = " ".join(FOREIGN[code].split()[:3])[:30]
    text = f'When I open my account the page only says "{quoted}" and nothing else happens. What should I do to get in again?'
    assert light_scorer.score(text).abstained is None


@given(st.text(st.characters(), max_size=60))
def test_any_text_has_a_language_or_none(text: str) -> None:
    language = detect(text)
    assert language == UNKNOWN or (2 <= len(language) <= 8 and language.isascii())


def test_every_character_there_is_can_be_looked_at() -> None:
    for start in range(0, 0x110000, 256):
        detect("hello there " + "".join(map(chr, range(start, start + 256))))


def test_a_text_too_short_to_tell_has_no_language() -> None:
    for text in ("", " ", "1", "\u2603"):
        assert detect(text) == UNKNOWN


def test_the_language_is_the_same_each_time() -> None:
    assert all(len({detect(text) for _ in range(5)}) == 1 for text in (*FOREIGN.values(), *ENGLISH))
