"""The elements and actions of Adaptive Cards 1.2 that Teams shows in a card from a webhook, with
their properties.

Media, inputs and Action.Submit are in 1.2 too. Teams plays no media, and a flow that posts a card
takes no answer, so they are not here.
"""

from collections.abc import Mapping
from typing import Final

Check = str | tuple[str, ...]
# A check is 'string', 'number', 'boolean', 'url', 'any', 'element', 'elements', 'action',
# 'actions', 'card', 'TYPE[]' (a list of that type), 'background', or the values that are allowed.

SPACING = ("default", "none", "small", "medium", "large", "extraLarge", "padding")
COLORS = ("default", "dark", "light", "accent", "good", "warning", "attention")
SIDES = ("left", "center", "right")
STYLES = ("default", "emphasis", "good", "attention", "warning", "accent")
SIZES = ("small", "default", "medium", "large", "extraLarge")
WEIGHTS = ("lighter", "default", "bolder")
FONTS = ("default", "monospace")
VERTICAL = ("top", "center", "bottom")

ANY_ELEMENT: Final[Mapping[str, Check]] = {
    "id": "string",
    "spacing": SPACING,
    "separator": "boolean",
    "isVisible": "boolean",
    "height": ("auto", "stretch"),
    "requires": "any",
    "fallback": "any",
}
RUN: Final[Mapping[str, Check]] = {
    "text": "string",
    "color": COLORS,
    "fontType": FONTS,
    "isSubtle": "boolean",
    "size": SIZES,
    "weight": WEIGHTS,
}
BOX: Final[Mapping[str, Check]] = {
    "selectAction": "action",
    "style": STYLES,
    "bleed": "boolean",
    "minHeight": "string",
}
ELEMENTS: Final[Mapping[str, Mapping[str, Check]]] = {
    "TextBlock": {
        **RUN,
        "wrap": "boolean",
        "maxLines": "number",
        "horizontalAlignment": SIDES,
    },
    "RichTextBlock": {"inlines": "inlines", "horizontalAlignment": SIDES},
    "Image": {
        "url": "url",
        "altText": "string",
        "backgroundColor": "string",
        "height": "string",
        "width": "string",
        "horizontalAlignment": SIDES,
        "selectAction": "action",
        "size": ("auto", "stretch", "small", "medium", "large"),
        "style": ("default", "person"),
    },
    "ImageSet": {"images": "Image[]", "imageSize": ("auto", "stretch", "small", "medium", "large")},
    "Container": {
        **BOX,
        "items": "elements",
        "verticalContentAlignment": VERTICAL,
        "backgroundImage": "background",
    },
    "ColumnSet": {**BOX, "columns": "Column[]", "horizontalAlignment": SIDES},
    "FactSet": {"facts": "Fact[]"},
    "ActionSet": {"actions": "actions"},
}
ANY_ACTION: Final[Mapping[str, Check]] = {
    "id": "string",
    "title": "string",
    "iconUrl": "url",
    "style": ("default", "positive", "destructive"),
    "requires": "any",
    "fallback": "any",
}
ACTIONS: Final[Mapping[str, Mapping[str, Check]]] = {
    "Action.OpenUrl": {"url": "url"},
    "Action.ShowCard": {"card": "card"},
    "Action.ToggleVisibility": {"targetElements": "any"},
}
# What stands only in lists of its own. Its type may be left out.
PARTS: Final[Mapping[str, Mapping[str, Check]]] = {
    "Column": {
        **BOX,
        **ANY_ELEMENT,
        "items": "elements",
        "width": "any",
        "verticalContentAlignment": VERTICAL,
        "backgroundImage": "background",
    },
    "Fact": {"title": "string", "value": "string"},
    "Image": {**ELEMENTS["Image"], **ANY_ELEMENT},
    "TextRun": {
        **RUN,
        "highlight": "boolean",
        "italic": "boolean",
        "strikethrough": "boolean",
        "selectAction": "action",
    },
}
CARD: Final[Mapping[str, Check]] = {
    "$schema": "string",
    "version": ("1.2",),
    "body": "elements",
    "actions": "actions",
    "selectAction": "action",
    "fallbackText": "string",
    "backgroundImage": "background",
    "minHeight": "string",
    "speak": "string",
    "lang": "string",
    "verticalContentAlignment": VERTICAL,
    "msteams": "any",
}
NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "AdaptiveCard": ("version",),
    "TextBlock": ("text",),
    "TextRun": ("text",),
    "RichTextBlock": ("inlines",),
    "Image": ("url",),
    "ImageSet": ("images",),
    "Container": ("items",),
    "FactSet": ("facts",),
    "Fact": ("title", "value"),
    "ActionSet": ("actions",),
    "Action.OpenUrl": ("url",),
    "Action.ShowCard": ("card",),
    "Action.ToggleVisibility": ("targetElements",),
}
