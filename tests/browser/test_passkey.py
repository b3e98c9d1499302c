"""A passkey in the machine's Chromium, with its virtual authenticator: registered, used as the second step, at 390 pixels and by keyboard."""

from typing import Any

import pyotp

from tests.support.databases import DEMO_PASSWORD, Databases
from tests.support.net import free_port
from tests.support.server import LiveServer

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_a_passkey_is_registered_and_signs_in(databases: Databases, instance: Any, browser_page: Any) -> None:
    """Under the name localhost: app first, then the passkey beside it; the next sign-in needs no code. Nothing is wider than the screen."""
    port, page = free_port(), browser_page
    environ = {"DATABASE_URL": databases.copy_demo(instance), "KEYNET_RATE_LIMITS": "0", "KEYNET_DEMO": "1"}
    environ |= {"KEYNET_DEMO_PASSWORD": DEMO_PASSWORD, "PUBLIC_URL": f"http://localhost:{port}"}
    server = LiveServer(instance, environ, port=port).start()
    try:
        _walk(page, f"http://localhost:{port}")
    finally:
        server.stop()


def _walk(page: Any, site: str) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    page.set_viewport_size({"width": 390, "height": 800})

    def sign_in() -> None:
        page.goto(f"{site}/login")
        page.fill("#email", "operator@keynet.example")
        page.fill("#password", DEMO_PASSWORD)
        page.press("#password", "Enter")

    sign_in()
    page.wait_for_url("**/admin/**")
    page.goto(f"{site}/security/authenticator")
    secret = page.inner_text("code.secret").replace("-", "")
    page.fill("#code", pyotp.TOTP(secret).now())
    page.press("#code", "Enter")
    page.wait_for_selector("ul.recovery")
    assert page.locator("ul.recovery li").count() == 8
    page.goto(f"{site}/security/passkeys")
    page.fill("#name", "庁内のパソコン")
    page.click("[data-passkey] button")
    page.wait_for_selector(".notice.is-ok")
    page.goto(f"{site}/security")
    assert "庁内のパソコン" in page.inner_text(".ways-list")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.click("form.whoami .link-button")
    sign_in()
    page.wait_for_url("**/login/second**")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.focus("[data-passkey] button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/**")
