"""Which commands there are. A command's module is loaded when the command is called."""

# name: (module and object, what it is for), in the order of the help.
COMMANDS: dict[str, tuple[str, str]] = {
    "login": ("cli.commands.login:login", "Log in"),
    "logout": ("cli.commands.logout:logout", "End the session"),
    "whoami": ("cli.commands.whoami:whoami", "Show who you are, and what you may do"),
    "buckets": ("cli.commands.buckets:buckets", "List the buckets you may send from"),
    "ls": ("cli.commands.ls:ls", "List objects and folders"),
    "send": ("cli.commands.send:send", "Send an object, or many, to a destination"),
    "status": ("cli.commands.status:status", "Show a transfer as it is now"),
    "watch": ("cli.commands.watch:watch", "Show how transfers get on, until they have ended"),
    "wait": ("cli.commands.wait:wait", "Wait until transfers have ended"),
    "list": ("cli.commands.list_transfers:list_transfers", "List transfers"),
    "history": ("cli.commands.list_transfers:history", "List transfers that have ended"),
    "files": ("cli.commands.files:files", "List what became of the files of a transfer of many"),
    "pause": ("cli.commands.steer:pause", "Pause transfers"),
    "resume": ("cli.commands.steer:resume", "Go on with paused transfers"),
    "cancel": ("cli.commands.steer:cancel", "Cancel transfers"),
    "retry": ("cli.commands.steer:retry", "Try failed transfers again"),
    "receipt": ("cli.commands.receipt:receipt", "Show the proof of a delivery"),
    "destinations": ("cli.commands.destinations:destinations", "Partners' servers"),
    "channels": ("cli.commands.channels:channels", "Where you are told of transfers"),
    "users": ("cli.commands.users:users", "Users and their grants, for admins"),
    "config": ("cli.commands.config:config", "Settings of this command"),
    "completion": ("cli.commands.completion:completion", "Completion for your shell"),
    "help": ("cli.commands.help_topics:help_", "Explain a command, or exit-codes, environment"),
}
