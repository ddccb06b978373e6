"""The words by which people ask for something to be done, in the languages that we know.

All are written as `fold` of asked_said makes them: lower case, without accents. A phrase is a set
of words that stand in one clause. A word that ends in * stands for all that begin so. Words of
languages that put no spaces between them are looked for inside of others.
"""

from collections.abc import Mapping

Phrases = tuple[str, ...]


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


SEND: Phrases = (
    # English. 'sent' is no order. What is a noun, too, is in AFTER_A_VERB.
    *("send", "resend", "deliver", "forward", "ship", "push", "transfer", "copy", "upload", "move"),
    *("start transfer", "begin transfer", "make transfer", "starte ubertragung"),
    # German
    *("sende", "senden", "sendest", "schick", "schicke", "schicken", "schickst", "verschick"),
    *("verschicke", "verschicken", "ubertrag", "ubertrage", "ubertragen", "ubermittle"),
    *("ubermitteln", "liefere", "liefern", "kopiere", "kopieren", "hochladen", "lade hoch"),
    # French, Spanish, Italian, Portuguese
    *("envoie", "envoies", "envoyer", "envoyez", "envoyons", "transfere", "transferer"),
    *("transferez", "envia", "enviar", "envie", "enviame", "enviale", "enviaselo", "envialo"),
    *("manda", "mandar", "mande", "mandalo", "transferir", "transfiere", "invia", "inviare"),
    *("inviate", "invialo", "spedisci", "spedire", "mandare", "trasferisci", "trasferire"),
    *("transfira", "mandem"),
    # Dutch, Polish, Swedish
    *("stuur", "sturen", "verstuur", "versturen", "verzend", "verzenden", "wyslij", "wyslac"),
    *("przeslij", "przeslac", "skicka", "overfor"),
    # Russian, Chinese, Japanese, Korean
    *(
        "отправь",
        "отправьте",
        "отправить",
        "пошли",
        "перешли",
        "передаи",
        "发送*",
        "传送*",
        "发给*",
    ),
    *("送って*", "送信*", "転送*", "보내*", "전송*"),
)
RETRY: Phrases = (
    *("retry", "restart", "rerun", "redo", "repeat", "resend", "again try", "again run"),
    *("again send", "again start", "again transfer", "another try", "once more try"),
    *("wiederhole", "wiederholen", "versuch* nochmal", "versuch* erneut", "versuch* einmal"),
    *("starte neu", "starte nochmal", "starte erneut", "sende nochmal", "schick* nochmal"),
    *("schick* erneut", "sende erneut", "nochmal probier*"),
    *("reessaie", "reessayer", "reessayez", "relance", "relancer", "relancez", "envoie encore"),
    *("reintenta", "reintentar", "reintente", "repite", "repetir", "riprova", "riprovare"),
    *("ripeti", "tente novamente", "tentar novamente", "repita", "probeer opnieuw", "herhaal"),
    *("herstart", "ponow", "ponowic", "sprobuj ponownie", "forsok igen"),
    *("повтори", "повторите", "повторить", "重试*", "再试*", "再試行*", "もう一度*", "다시*"),
)
PAUSE: Phrases = (
    *("pause", "suspend", "stop", "put hold"),
    *("pausier", "pausiere", "pausieren", "halte an", "anhalten", "stopp", "stoppe", "stoppen"),
    *("suspends", "suspendre", "suspendez", "arrete", "arreter", "arretez"),
    *("pausa", "pausar", "pausad", "deten", "detener", "detenga", "suspende", "suspender"),
    *("sospendi", "sospendere", "ferma", "fermare", "pauze", "pauzeer", "pauzeren"),
    *("wstrzymaj", "zatrzymaj", "pausaa", "приостанови", "приостановите", "приостановить"),
    *("останови", "остановите", "暂停*", "一時停止*", "止めて*", "일시중지*", "멈춰*"),
)
RESUME: Phrases = (
    *("resume", "continue", "unpause", "go on", "carry on"),
    *("fortsetzen", "setze fort", "weitermachen", "mach* weiter", "fuhre fort", "fortfahren"),
    *("reprends", "reprendre", "reprenez", "continuer", "continuez"),
    *("reanuda", "reanudar", "reanude", "continua", "continuar", "continue", "riprendi"),
    *("riprendere", "continuare", "retome", "retomar", "hervat", "hervatten", "ga verder"),
    *("wznow", "wznowic", "kontynuuj", "fortsatt", "продолжи", "продолжите", "продолжить"),
    *("возобнови", "возобновить", "继续*", "恢复*", "再開*", "続けて*", "재개*", "계속*"),
)
CANCEL: Phrases = (
    *("cancel", "abort", "stop", "kill", "call off"),
    *("abbrechen", "brich ab", "breche ab", "brechen ab", "storniere", "stornieren", "stopp"),
    *("stoppe", "stoppen", "annule", "annuler", "annulez", "arrete", "arreter", "arretez"),
    *("cancela", "cancelar", "cancele", "anula", "anular", "aborta", "annulla", "annullare"),
    *("interrompi", "annuleer", "annuleren", "anuluj", "anulowac", "przerwij", "avbryt"),
    *("отмени", "отмените", "отменить", "取消*", "キャンセル*", "中止*", "취소*"),
)
_A_TICKET = ("ticket", "tickets", "incident", "vorfall", "billete", "tiquet", "zgloszenie", "тикет")
_OPEN = _set(
    "open create raise file make log submit need want write"
    " offne offnen eroffne eroffnen erstell erstelle erstellen mach mache anlegen lege leg"
    " aufmachen"
    " brauche schreib schreibe ouvre ouvrir ouvrez cree creer creez abre abrir abra crea crear"
    " apri aprire creare cria criar crie maak maken utworz otworz zaloz skapa oppna создаи открои"
)
TICKET: Phrases = (
    *(f"{verb} {noun}" for noun in _A_TICKET for verb in sorted(_OPEN)),
    *("创建工单*", "开工单*", "チケットを作*", "チケット作成*", "티켓을*"),
)

PHRASES: Mapping[str, Phrases] = {
    "start": SEND,
    "batch": SEND,
    "retry": RETRY,
    "pause": PAUSE,
    "resume": RESUME,
    "cancel": CANCEL,
    "ticket": TICKET,
}
EXAMPLES: Mapping[str, str] = {
    "start": "send FILE to PARTNER",
    "batch": "send all files of FOLDER to PARTNER",
    "retry": "retry the transfer of FILE",
    "pause": "pause the transfer of FILE",
    "resume": "resume the transfer of FILE",
    "cancel": "cancel the transfer of FILE",
    "ticket": "open a ticket for the transfer of FILE",
}

# Nouns as often as verbs: an order only at the begin of a clause, or behind one of these.
NOUNS_TOO = _set("transfer copy upload move ship push stop retry pause forward")
AFTER_A_VERB = _set(
    "please you to then now just also can could must should we lets go kindly immediately"
    " bitte und and do i ll d s"
)
FILLERS = _set(
    "and so but please ok okay hi hey hello then now also well yes sure thanks dear kindly just"
    " agent assistant und dann bitte also jetzt ja hallo et puis alors oui y entonces por favor si"
    " e poi ora allora en dan nu ja i wtedy och sa"
)
# Before the verb these make a clause that asks, and does not order.
ASKING = _set(
    "why when what which who whom whose where how whether"
    " warum wieso weshalb wann wer wen wem welche welcher welches wo wohin wie ob"
    " pourquoi quand qui quel quelle quels comment combien"
    " cuando quien cual donde como cuanto perche quando chi quale dove quanto"
    " porque quem qual onde waarom wanneer welk hoe dlaczego kiedy kto jak gdzie czy"
    " varfor hur почему когда кто где как 为什么 什么时候 怎么 なぜ いつ 왜 언제"
)
# Anywhere in a clause: these languages ask at its end.
ASKING_ANYWHERE = _set("ましたか 了吗 了没 没有 습니까 나요")
# At the begin of a clause: 'did you send it', and 'can I send it' (may I?), but 'can you send it'.
ASKING_FIRST: Phrases = (
    *("did", "does", "was", "were", "is", "are", "has", "have", "had", "do you", "do we", "do i"),
    *("do they", "can i", "could i", "may i", "should i", "should we", "shall i", "shall we"),
    *("will it", "will they", "will the", "am i", "would it", "can it", "can they", "might"),
    *("hat", "hast", "haben", "wurde", "wurden", "ist", "sind", "war", "kann ich", "darf ich"),
    *("soll ich", "sollen wir", "wird", "werden", "puis je", "dois je"),
    *("puedo", "debo", "ha sido", "posso", "devo", "mag ik", "kan ik", "moge"),
)
# A short answer with one of these, and without 'not', says yes to what was asked before.
YES = _set(
    "yes yep yeah ok okay sure confirm confirmed proceed ja jawohl klar gerne bestatige oui"
    " confirme si confirmo confermo sim tak potwierdzam ja да ок 是 好 确认 はい 네"
)
NOT = _set(
    "not dont never won wont cannot without neither nor except stop-it"
    " nicht nie niemals kein keine keinen ohne ausser"
    " ne pas jamais sans sauf no nunca sin excepto non mai senza nao sem niet geen zonder"
    " nie bez inte utan не нельзя без 不要 别 不 しないで 말고 하지마"
)
BUT: Phrases = ("but", "except", "sondern", "aber", "ausser", "mais", "sauf", "pero", "ma", "maar")
AND: Phrases = ("and", "und", "then", "dann", "et", "puis", "y", "e", "en", "och", "oraz")

# What was named before is meant only where one of these says so.
POINTING = _set(
    "it them that this these those same again one ones"
    " es ihn ihm sie das dies diese diesen dieselbe nochmal erneut"
    " le la les ca cela celui lo los las eso esto lo gli questo quello isso isto"
    " het dat deze hem его ее их это 它 这个 那个 それ これ 그것"
)
MANY = _set(
    "all every each everything files objects both several whole entire content contents"
    " alle alles allen jede jeden samtliche beide dateien objekte ganze ganzen"
    " tous toutes tout chaque fichiers deux todos todas cada archivos ambos tutti tutte ogni"
    " arquivos ambos alles elke bestanden wszystkie pliki alla все каждыи 所有 全部 すべて"
    " 全て 모든 모두"
)
FOLDER = _set(
    "folder directory prefix bucket ordner verzeichnis dossier repertoire carpeta directorio"
    " cartella"
    " pasta map katalog mapp папку папка 文件夹 目录 フォルダ 폴더"
)
A_FILE = _set(
    "file files object objects datei dateien objekt fichier fichiers archivo archivos arquivo"
    " bestand plik pliki fil filen фаил 文件 ファイル 파일"
)
# Before the name of a destination, and before little else: 'it is a test'.
TO = _set("to nach zu zum zur vers para naar")
# 'The last transfer', 'the last failed one', 'the latest', but not 'last week's transfer'.
LAST = _set(
    "last latest newest letzte letzten letzter neueste neuesten derniere dernier ultima ultimo"
    " laatste nieuwste"
)
LAST_OF = _set(
    "one transfer failed ubertragung fehlgeschlagene fehlgeschlagenen gescheiterte gescheiterten"
    " transfert transferencia trasferimento overdracht mislukte"
)
FAILED = _set("failed fehlgeschlagene fehlgeschlagenen gescheiterte gescheiterten mislukte")
BESIDE_LAST = LAST | LAST_OF | _set("our der die den meine meinen unsere notre")
# Words that many things are called by, so that they name none of them.
NO_NAMES = _set(
    "the for and from with into last night transfer transfers ticket file files object folder"
    " bucket"
    " sftp ftp ftps server partner client host test prod production staging data new old inbox"
    " outbox upload uploads incoming outgoing tmp temp part csv json xml txt zip gz tar parquet"
    " avro"
    " pdf xlsx xls dat log orc bin snappy year month day hour com org net www"
)
REPLACE = _set(
    "replace overwrite ersetze ersetzen uberschreibe uberschreiben remplace remplacer ecrase"
    " ecraser"
    " reemplaza reemplazar sobrescribe sobrescribir sostituisci sovrascrivi substitua substituir"
    " overschrijf overschrijven vervang nadpisz zastap ersatt замени 覆盖 替换 上書き"
)
KEEP_BOTH = _set("both keep beide behalte les deux ambos entrambi garde conserva")
SIZE_ONLY = _set("size grosse groesse taille tamano dimensione tamanho grootte")

# So many days from today.
DAYS: Mapping[str, int] = {
    **dict.fromkeys(("today", "tonight", "heute", "hoy", "oggi", "hoje", "vandaag"), 0),
    **dict.fromkeys(("aujourd hui", "dzisiaj", "dzis", "idag", "сегодня", "今天", "今日"), 0),
    **dict.fromkeys(("yesterday", "last night", "gestern", "hier", "ayer", "ieri", "ontem"), -1),
    **dict.fromkeys(("letzte nacht", "gestrigen", "gestrige", "cette nuit", "anoche"), -1),
    **dict.fromkeys(("gisteren", "wczoraj", "wczorajszy", "igar", "вчера", "昨天", "昨日"), -1),
    **dict.fromkeys(("vorgestern", "avant hier", "anteayer"), -2),
}
