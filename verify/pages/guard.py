"""What a browser lets the hosted page do: its own files, the camera, and frames of registered origins only."""

from collections.abc import Mapping, Sequence

#: Content Security Policy Level 3; nothing inline, nothing from elsewhere, nothing in a frame
DIRECTIVES: Mapping[str, str] = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' blob:",
    "media-src": "'self' blob:",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "require-trusted-types-for": "'script'",
}

#: Permissions Policy; the camera is for this page, whatever frames it must allow it too
FEATURES: Mapping[str, str] = {
    "camera": "(self)",
    "microphone": "()",
    "geolocation": "()",
    "display-capture": "()",
    "payment": "()",
    "usb": "()",
    "browsing-topics": "()",
}


def hosted_headers(origins: Sequence[str], *, frames: bool = False) -> dict[str, str]:
    """Headers of a page that holds a client token, framed by these origins or by nobody. ``frames``: it may hold one
    of ours itself."""
    directives = {**DIRECTIVES, "frame-ancestors": " ".join(origins) or "'none'"}
    if frames:
        directives["frame-src"] = "'self'"
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in directives.items()),
        "Permissions-Policy": ", ".join(f"{name}={value}" for name, value in FEATURES.items()),
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "X-Robots-Tag": "noindex, nofollow",
        "Cache-Control": "no-cache, private",
    }
