"""What the bot says by itself in Teams."""

HOW = (
    "Ask FileFerry for a code, in the console under Settings, or with `fileferry agent teams"
    " connect`. Then send me the code. It works once, for five minutes."
)
WELCOME = f"I am the agent of FileFerry. I do not know who you are there yet. {HOW}"
NOT_CONNECTED = f"I do not know who you are in FileFerry. {HOW}"
SESSION_OVER = f"Your session is over, so I answer nothing any more. To connect again: {HOW}"
BAD_CODE = "This code is not good, or not any more. Ask FileFerry for a new one, and send me that."
CONNECTED = (
    "You are connected as {owner}. I answer with that user's rights until {until:%Y-%m-%d %H:%M}"
    " UTC at the latest. Write `help` to see what I know."
)
HELP = (
    "Ask me about files, destinations and transfers, or tell me what to send. I propose, and you"
    " confirm in FileFerry: nothing that you write or press here confirms anything.\n"
    "`new` begins a new conversation. `disconnect` ends the connection."
)
ALONE = (
    "I only talk in a chat with you alone, because my answers hold what you may see and others may"
    " not."
)
CODE_SEEN = " Others could see your code, so it is void. Ask for a new one."
NEW = "A new conversation begins with your next message. I do not remember what was before."
BUSY = "I am still answering another message of yours. Send this one again when that is done."
DISCONNECTED = "FileFerry is disconnected. I do not know you any more."
REPLACED = "FileFerry is disconnected here: your account was connected with somebody else in Teams."
TOO_LONG = "Your message has {length} characters. I read {most} at most, so I read nothing of it."
NO_TEXT = "I read text only. Write me what you want."
NO_FILES = "I do not read files and pictures, so I answer your text alone."
TOO_LATE = "Your message came to me too late, and I did not answer it. Send it again."
TROUBLE = "I could not ask FileFerry just now. Nothing was done. Send it again in a minute."
NO_ROLE = "Your user has no role in FileFerry, so I may not answer. Ask an admin."
OFF = "This stage has no model, so I cannot answer. Everything else works without it."
FULL = "This conversation is as long as it may be. Write `new`, and then ask again."
