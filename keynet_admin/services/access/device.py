"""What a browser says of itself, as a short code that may be kept and as words: `windows.edge`, Windows の Edge. Nothing finer is kept."""

from dataclasses import dataclass

# In this order: Edge and Opera call themselves Chrome, too, and Chrome calls itself Safari; iPads may say Macintosh.
_SYSTEMS = (
    ("iPhone", "iphone", "iPhone"),
    ("iPad", "ipad", "iPad"),
    ("Android", "android", "Android"),
    ("CrOS", "chromeos", "ChromeOS"),
    ("Windows", "windows", "Windows"),
    ("Macintosh", "mac", "Mac"),
    ("Linux", "linux", "Linux"),
)
_BROWSERS = (
    ("Edg", "edge", "Edge"),
    ("OPR/", "opera", "Opera"),
    ("SamsungBrowser", "samsung", "Samsung Internet"),
    ("Firefox", "firefox", "Firefox"),
    ("FxiOS", "firefox", "Firefox"),
    ("CriOS", "chrome", "Chrome"),
    ("Chrome", "chrome", "Chrome"),
    ("Safari", "safari", "Safari"),
)
_WORDS = {code: words for table in (_SYSTEMS, _BROWSERS) for _, code, words in table}
HANDHELD = ("iphone", "ipad", "android")


@dataclass(frozen=True)
class BrowserPlace:
    """Where somebody signs in: the browser's code, its network, and whether it has signed in to this account before."""

    device: str = ""
    network: str = ""
    known: bool = True


def code_of(user_agent: str) -> str:
    """`system.browser`, as far as the text tells it."""
    parts = (next((code for mark, code, _ in table if mark in user_agent), "") for table in (_SYSTEMS, _BROWSERS))
    return ".".join(parts).strip(".")


def words_of(code: str) -> str:
    """The words of a code; what is unknown is said to be."""
    known = [_WORDS[part] for part in code.split(".") if part in _WORDS]
    return " の ".join(known) or "不明な端末"
