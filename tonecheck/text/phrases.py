"""The set phrases of mail programs and offices, in the languages in which mails are quoted.

Collected from what Gmail, Outlook, Apple Mail, Thunderbird, Yahoo, Lotus Notes, Zendesk, Freshdesk and Help Scout write.
Each pattern is matched against one line, or a few joined lines of bounded length, and has no nested repetition.
"""

from __future__ import annotations

import re

# "On Tue, 3 May 2022 at 10:01, Bob <bob@example.com> wrote:" and its kin. The verb stands last in English and the
# Romance languages, in the middle in the Germanic ones.

WROTE = re.compile(
    r"\b(?:wrote|writes)\b(?: on [^:]{1,40}| at [^:]{1,20})?[\d:. ]{0,14}(?:[ap]m)?\s?(?::[\s-]*|-{2,})$"
    r"|\b(?:a écrit|écrit|escribió|escribio|ha scritto|escreveu|kirjoitti|napsal(?:\(?a\)?)?|napisała?(?:\(a\))?|pisze)\s?:$"
    r"|\b(?:schrieb|schreef|skrev|kirjoitti|odesílatel|het volgende geschreven)\b.{0,150}:$"
    r"|^\d{4}-\d\d-\d\d \d{1,2}:\d\d .{0,60}<[^<>\s]{1,80}@[^<>\s]{1,80}>:$"
    r"|^(?:Quoting|Zitat von|Citando) .{1,80}:$",
    re.I,
)
NARRATED = re.compile(
    r"\b(?:I|he|she|they|we|you|who) wrote\b|\b(?:your|my|our|his|her|their|the|one of) [^<>@\n]{1,40}\bwrote\b"
    r"|\b(?:schrieb|skrev|schreef) (?:ich|er|sie|jag|jeg|ik|hij)\b",
    re.I,
)
WROTE_AND_MORE = re.compile(r"[ \t]*On [^\n]{5,120}<[^<>\s]{1,80}@[^<>\s]{1,80}> wrote:[ \t]+\S")  # Yahoo, all on one line
OPENS_AGAIN = re.compile(r"(?:On|Am|Le|El|Il|Em|Op|Den|W dniu|Dne)\b[^.!?]{1,30}\d")
OPENER = re.compile(
    r"[-*\s]{0,12}(?:(?:On|Am|Le|El|Il|Em|A|Op|Den|På|W dniu|Dnia|Dne)\b[^.!?]{1,5}|(?:[^\W\d_]{2,12}[.,]{1,2} |[^\W\d_]{2,3} )?\d"
    r"|\S.{0,80}[<(][^<>()\s]{1,80}@)"
)
OPENS_DATED = re.compile(r"[-*\s\"']{0,12}[^\d\s.!?][^\d.!?]{0,40}[., ]?[^\d.!?]{0,20}\d|\d{1,4}[-./ ]")
DATE = re.compile(
    r"\b(?:19|20)\d\d\b|\b\d{1,2}[./-] ?\d{1,2}[./-]|\b\d{1,2}(?:st|nd|rd|th)?\.? (?:de )?[^\W\d]{3,12}\b|\b[A-Z][a-z]{2,8}\.? \d{1,2}\b"
)
TIME = re.compile(r"\b\d{1,2}[:.h]\d\d\b")

_TITLES = (
    r"original(?: message| meddelelse| melding|-nachricht|nachricht)|ursprüngliche nachricht|message d'origine|message original"
    r"|mensaje original|messaggio originale|mensagem original|oorspronkelijk bericht|ursprungligt meddelande"
    r"|oprindelig meddelelse|opprinnelig melding|oryginalna wiadomość|wiadomość oryginalna|wiadomość przekazana"
    r"|alkuperäinen viesti|původní zpráva|původní e-mail|forwarded (?:message|by [^-]{1,80})|weitergeleitete nachricht"
    r"|message transféré|mensaje reenviado|messaggio inoltrato|mensagem encaminhada|doorgestuurd bericht"
    r"|vidarebefordrat meddelande|videresendt (?:meddelelse|melding)|przekazana wiadomość|välitetty viesti|přeposlaná zpráva"
)
SEPARATOR = re.compile(rf"[ \t]*[-_=*]{{2,40}}[ \t]*(?:{_TITLES})[ \t]{{0,40}}:?[ \t]{{0,40}}[-_=*]{{2,40}}", re.I)
TITLE = re.compile(rf"[ \t*]*(?:{_TITLES})[ \t*]{{0,40}}:?[ \t*]{{0,40}}$", re.I)
FORWARD_START = re.compile(
    r"[ \t]*(?:begin forwarded message|start of forwarded message|anfang der weitergeleiteten (?:nachricht|e-mail)"
    r"|début du (?:message réexpédié|message transféré|mail transféré)|inicio del mensaje reenviado|inizio (?:del )?messaggio inoltrato"
    r"|início da mensagem (?:encaminhada|reencaminhada)|begin doorgestuurd bericht|vidarebefordrat brev"
    r"|start på videresendt (?:besked|melding)|videresendt melding|początek przekazywanej wiadomości"
    r"|välitetty viesti alkaa|začátek přeposlané zprávy)[ \t]?:[ \t]*$",
    re.I,
)
ABOVE_MARK = re.compile(
    r"#{1,3}\s?-?.{0,20}\b(?:type|write|enter|add) your reply above this line|[-=_* #]{2,30}\s?(?:please )?(?:reply|respond) above this line"
    r"|^\W{0,12}please (?:(?:type|write) your reply above|do not write below) this line|#{2}- ?(?:bitte geben|veuillez|escriba|digite|scrivi|geef|typ ).{0,80}-?#{2}",
    re.I,
)

HEADER = re.compile(
    r"[ \t]*\*{0,2}(?:"
    r"(?P<sender>From|Von|De|Da|Van|Från|Fra|Od|Lähettäjä|Expéditeur|Desde|Remitente|Mittente)"
    r"|(?P<date>Sent|Date|Gesendet(?: am)?|Datum|Envoyé(?: le)?|Enviado(?: el| em)?|Enviada(?: em)?|Fecha|Inviato|Data"
    r"|Verzonden|Skickat|Sendt|Wysłano|Lähetetty|Odesláno|Dato|Päivämäärä|Päiväys)"
    r"|(?P<to>To|An|À|Para|A|Aan|Till|Til|Do|Vastaanottaja|Komu|Cc|Bcc|Kopie|Kopia|Kopi|Copie(?: à)?|Destinataire)"
    r"|(?P<subject>Subject|Betreff|Objet|Asunto|Oggetto|Assunto|Onderwerp|Ämne|Emne|Temat|Aihe|Předmět)"
    r"|(?P<more>Reply-To|Importance|Priority|Attachments?|Anlagen|Wichtigkeit|Sender|Organization|Message-ID)"
    r")[ \t]?:\*{0,2}(?:[ \t]|$)",
    re.I,
)

# Under the message

_DEVICE = (
    r"iphone|ipad|ipod|android|samsung|galaxy|outlook|yahoo|mail\b|windows|blackberry|huawei|nokia|mobile|phone|proton|gmail"
    r"|tablet|xiaomi|redmi|pixel|oneplus|motorola|moto |sony|aol|handy|móvil|movil|téléphone|telefon|mobil|thunderbird|spark|airmail|device"
    r"|smartphone|telefono|puhelim|gmx|web\.de|t-mobile|verizon|at&t|nine|k-9|bluemail|mac\b|watch"
)
MOBILE = re.compile(
    r"[-–\s*_]{0,6}(?:sent (?:from|via|with|using)"
    r"|(?:enviado|enviada|gesendet|envoyé|inviato|verzonden|verstuurd|skickat|sendt|wysłan[eo]|odesláno|posláno)"
    r" (?:from|via|desde|do|de|da|dal|mit|von|depuis|à partir|van|vanaf|met|från|fra|z|ze)|lähetetty)"
    rf" .{{0,40}}(?:{_DEVICE}).{{0,60}}$"
    r"|[-–\s*_]{0,6}(?:von meinem .{2,30} gesendet|diese nachricht wurde von meinem .{2,40} gesendet|iphone'?(?:sta|lta) lähetetty)\W{0,3}$"
    r"|\s{0,6}(?:get|hol(?:en)? (?:sie sich )?|téléchargez|obtener|obtenga|scarica|download)"
    r" (?:outlook|yahoo mail|bluemail|spark|proton ?mail) (?:for|für|pour|para|per|voor)\b.{0,100}$",
    re.I,
)
NO_FOOTER = re.compile(
    r"\b(?:ago|but|yesterday|today|still|not|never|didn't|week|month|back|because|nobody|i|i'm|i've|he|she|they|was|were)\b|\?",
    re.I,
)
ANTIVIRUS = re.compile(
    r"[\s\[(<|]{0,6}(?:virus-?free\b.{0,80}|(?:this|the) (?:e-?mail|message).{0,20} (?:has been|was) (?:checked|scanned) .{0,120}"
    r"|no virus found in this .{0,60}|(?:checked|scanned) by .{0,60}(?:antivirus|virus|avg|avast|mcafee).{0,60}"
    r"|diese e-?mail wurde von avast.{0,80}|libre de virus.{0,60}|garanti sans virus.{0,60}|virenfrei.{0,60})$",
    re.I,
)
DISCLAIMER_START = re.compile(
    r"[\s*_\[(>\"'-]{0,10}(?:confidentiality|confidential\b|disclaimer|legal notice|privacy notice|important(?: notice)?:|notice:|warning:"
    r"|nota de confidencialidad|aviso (?:legal|de confidencialidad)|avviso di riservatezza|vertraulichkeits"
    r"|th(?:is|e|ese) (?:information|contents?|e-?mail|message|transmission|communication|electronic|document)"
    r"|any (?:views|opinions|unauthori)|if you (?:are not|have received|received) (?:the|this)"
    r"|\W{0,3}p ?lease (?:consider|think (?:of|about|before)|don't print|do not print|note that this)"
    r"|before printing|think (?:green|before)|save (?:paper|a tree|the planet)|go green"
    r"|diese (?:e-?mail|nachricht)|der inhalt dieser|ce (?:message|courriel|mail|courrier)|este (?:mensaje|correo|e-?mail)"
    r"|esta (?:mensagem|comunica)|questo messaggio|questa e-?mail|le informazioni contenute|dit (?:e-?mail)?bericht|deze e-?mail"
    r"|de informatie|detta (?:meddelande|mejl|e-post)|denne (?:e-?mail|e-post|meddelelse)"
    r"|.{0,60}\bregistered (?:in|office|address|company)|.{0,60}\bcompany (?:registration|registered|reg\b|no\b|number)"
    r"|.{1,60}\bis (?:a limited company|a trading name|authori[sz]ed and regulated|regulated by)|we may monitor)",
    re.I,
)
# One of these says it; of the weaker words below it takes two.
DISCLAIMER_SURE = re.compile(
    r"intended (?:only|solely|recipient|for the|exclusively)|not the (?:intended|named)|solely for the|notify the sender|received (?:this|it) "
    r"(?:\w{1,12} )?in error|(?:do|does) not necessarily|before (?:printing|you print)|printing this|print this e-?mail"
    r"|registered (?:in (?:england|scotland|wales|ireland|the|germany|delaware)|office|address)|company (?:registration|reg\b|no\b|number)"
    r"|(?:authori[sz]ed and )?regulated by|originated (?:from )?outside|outside (?:of )?(?:the|your|our) organi|external sender"
    r"|legally privileged|privileged (?:and|or|information)|vertrauliche informationen|destinataire|destinatario|beoogde ontvanger|geadresseerde",
    re.I,
)
DISCLAIMER_WEAK = re.compile(
    r"confidential|privileged|recipient|addressee|disclos|unauthori[sz]ed|prohibited|delete|sender|distribution|copying|liability"
    r"|virus|monitored|error|vertraulich|confidentiel|confidencial|riservat|vertrouwelijk|konfidenti|fortrolig|poufn|luottamuks|empfänger",
    re.I,
)
PERSONAL = re.compile(r"\b(?:I|I'm|I've|my|me)\b|\?")
BANNER = re.compile(
    r"[\s*\[(!⚠]{0,6}(?:caution|warning|external(?: e-?mail| sender)?|ext|attention|this (?:e-?mail|message))\b"
    r".{0,60}(?:originated|outside|external|came from|was sent from)",
    re.I,
)
FOOTER = re.compile(
    r"[\s*]{0,4}(?:to unsubscribe (?:from|send|visit|go|click|or)\b|you (?:are receiving|received|are subscribed|'re receiving) "
    r"(?:this|to this) .{0,40}(?:because|group|list)|unsubscribe\s?(?:$|[:|<(]|https?:)|for more options, visit"
    r"|to (?:view|visit) this discussion)",
    re.I,
)
LIST_NAME = re.compile(r".{1,60}\bmailing list\b|.{0,60}@(?:lists?|googlegroups)\.", re.I)

SIGN_OFF = re.compile(
    r"(?:(?:many|kind|best|warm|kindest|warmest|with|with kind|with best|my best|sincere) )?"
    r"(?:thanks|thank you|thx|tks|ta|cheers|regards|wishes|best|all the best|sincerely|(?:very )?respectfully|yours|rgds|br|kr|bw|vg|mfg|lg|vy 73"
    r"|(?:mit )?(?:freundlichen|besten|lieben|herzlichen|vielen|freundliche|beste|liebe|viele|schöne) (?:grüßen|grüssen|grüße|grüsse|dank)|gruß|gruss"
    r"|cordialement|bien cordialement|bien à vous|merci|salutations|saludos(?: cordiales)?|un saludo|atentamente|gracias|muchas gracias"
    r"|cordiali saluti|distinti saluti|saluti|grazie|atenciosamente|cumprimentos|obrigad[oa]|abraços"
    r"|met vriendelijke groet(?:en)?|vriendelijke groet(?:en)?|groet(?:en|jes)?|mvg|bedankt|med vänliga hälsningar|vänliga hälsningar|mvh|hälsningar|tack"
    r"|med venlig hilsen|venlig hilsen|med vennlig hilsen|vennlig hilsen|hilsen|takk|tak|pozdrawiam|z poważaniem|dziękuję"
    r"|ystävällisin terveisin|terveisin|kiitos|s pozdravem|děkuji|s pozdravom|s poštovanjem|srdačan pozdrav|lep pozdrav|cu stimă|üdvözlettel|tisztelettel"
    r"|saygılarımla|(?:is mise )?le meas|με εκτίμηση|με φιλικούς χαιρετισμούς|с уважением|з повагою|с уважение"
    r"|مع (?:أطيب|خالص|أجمل|فائق) (?:التحيات|التحية|التقدير|الاحترام)|تحياتي|בברכה)"
    r"(?: (?:a lot|so much|very much|again|in advance|and (?:best |kind |warm )?regards"
    r"|for .{1,40}|sincerely|faithfully|truly|ever|yours|& regards|to all|and have a .{1,20}))?[\s,.!:;)-]{0,5}$",
    re.I,
)
SIGN_OFF_NAME = re.compile(
    r"(?i:(?:many |kind |best |warm )?(?:thanks|thank you|thx|cheers|regards|best|rgds|gruß|mvh|saludos))[ ,.!-]{1,3}(?:-+ ?)?[A-ZÀ-Ý][\w'-]{1,20}(?: [A-Z][\w'.-]{0,20})?[.!]?$"
)
NAME = re.compile(
    r"[-~]{0,2} ?[A-ZÀ-ÞĀ-Ž][\w'.-]{0,20}(?: (?:[A-ZÀ-ÞĀ-Ž][\w'.-]{0,20}|de|van|von|der|del|la|bin|al))?(?: [A-ZÀ-ÞĀ-Ž][\w'.-]{0,20})?(?: [A-ZÀ-ÞĀ-Ž][\w'.-]{0,20})?(?: \([^()]{1,20}\))?[,.]?$"
)
OTHER_NAME = re.compile(  # in Greek, Cyrillic, Hebrew or Arabic letters
    r"[\u0370-\u06ff][^\W\d_]{0,20}(?: [^\W\d_]{1,20})?(?: [^\W\d_]{1,20})?(?: [^\W\d_]{1,20})?[,.]?$"
)
CONTACT = re.compile(
    r"[\s*|]{0,4}(?:(?:tel|telephone|phone|mobile|mob|cell|direct|office|fax|web|website|e-?mail|t|m|p|f|e|w|d|ph)\b[.:|)]{1,2} ?\S|(?:tel|phone|mobile|cell|fax) \(?[+\d]"
    r"|\+?\(?\d[\d ().-]{7,20}\d|https?://\S{1,200}$|www\.\S{1,100}|[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{1,100}\W{0,2}$)",
    re.I,
)
PROSE_WORDS = re.compile(
    r"\b(?:I|I'm|I've|I'd|I'll|im|me|my|we|our|us|you|your|it|this|that|please|pls|can|could|cannot|can't|is|are|was|were|have|has|had|will|would"
    r"|not|don't|doesn't|didn't|won't|if|because|when|what|why|but|still|need|needs|want|they|them|he|she|there)\b",
    re.I,
)
WORTH_KEEPING = re.compile(
    r"\b(?:order|serial|account|invoice|ticket|case|ref|reference|booking|model|version|imei|user ?name|user|login|password|policy|licen[cs]e"
    r"|tracking|customer|member(?:ship)?|error|code)(?: ?(?:no|number|id|code|name)\b)?\.?\s?(?:[:#]|[\w-]{0,6}\d)"
    r"|\b(?:attached|attachments?|urgent|asap|p\.?s)\b",
    re.I,
)
PHONE = re.compile(r"(?:\+|\b0)[\d ().-]{7,18}\d\b")
REPLY_SUBJECT = re.compile(r"\s*(?:re|aw|antw|sv|vs|rif|res|odp|ref|r)\s?(?:\[\d{1,3}\])?\s?:", re.I)
SUBJECT_PREFIX = re.compile(
    r"\s*(?:(?:re|fwd?|fw|aw|wg|antw|sv|vs|rv|rif|tr|res|enc|odp|pd|vl|vb|i|r|doorst)\s?(?:\[\d{1,3}\]|\(\d{1,3}\))?\s?:"
    r"|\[(?:external|ext|extern|spam\??|secure|caution)\]:?|\(?external\)?:"
    r"|[\[(](?:ticket|case|request|incident|issue|ref)?\s?(?:id|no)?[.:]?\s?#?[\w-]{0,6}\d{1,12}[\])]:?)\s*",
    re.I,
)
