"""A provider that keeps the rules of OpenID Connect, or breaks exactly the one that a test names.

PKCE, single use of codes and client secrets are checked for real. `PUT /next` takes what the next ID
token does wrong: claims to replace, `alg`, `kid`, `rotate` (new keys), `unpublished` (keys not shown).
`POST /mint` takes the same and gives an access token at once; `GET /reads` tells how often keys were read.
"""

import base64
import hashlib
import hmac
import json
import secrets
import sys
import time
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "teaegg", "a secret between the two"


class Provider:
    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.codes: dict[str, dict[str, str]] = {}
        self.next: dict[str, Any] = {}
        self.reads = 0
        self.key = self.published = self.new_key()

    def new_key(self) -> RSAKey:
        return RSAKey.generate_key(2048, {"kid": secrets.token_hex(4), "use": "sig"})

    async def configure(self, request: Request) -> Response:
        self.next = await request.json()
        if self.next.get("rotate"):
            self.key = self.new_key()
            if not self.next.get("unpublished"):
                self.published = self.key
        return Response(status_code=204)

    async def metadata(self, _: Request) -> Response:
        told = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "end_session_endpoint": f"{self.issuer}/end",
        }
        return JSONResponse({**told, **self.next.get("metadata", {})})

    async def jwks(self, _: Request) -> Response:
        self.reads += 1
        return JSONResponse({"keys": [self.published.as_dict(private=False)]})

    async def authorize(self, request: Request) -> Response:
        query = dict(request.query_params)
        assert query["code_challenge_method"] == "S256" and query["response_type"] == "code"
        code = secrets.token_hex(8)
        self.codes[code] = query
        reply = {"code": code, "state": query["state"], **self.next.get("reply", {})}
        return RedirectResponse(f"{query['redirect_uri']}?{urlencode(reply)}", 302)

    async def token(self, request: Request) -> Response:
        form = await request.form()
        asked = self.codes.pop(str(form["code"]), None)
        expected = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {expected}":
            return JSONResponse({"error": "invalid_client"}, 401)
        digest = hashlib.sha256(str(form.get("code_verifier", "")).encode()).digest()
        if asked is None or asked["code_challenge"] != _base64(digest):
            return JSONResponse({"error": "invalid_grant"}, 400)
        access = secrets.token_hex(8)
        body = {"access_token": access, "token_type": "Bearer", "id_token": self.id_token(asked)}
        return JSONResponse({**body, **self.next.get("token", {})})

    def id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": "248289761001",
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "nonce": asked["nonce"],
            "preferred_username": "zhao",
            "name": "赵敏",
        }
        return self.signed(claims)

    async def mint(self, request: Request) -> Response:
        await self.configure(request)
        now = int(time.time())
        claims = {"iss": self.issuer, "sub": "248289761001", "exp": now + 300, "iat": now}
        return PlainTextResponse(self.signed({**claims, "client_id": "an-agent"}))

    async def told_reads(self, _: Request) -> Response:
        return JSONResponse(self.reads)

    def signed(self, claims: dict[str, Any]) -> str:
        claims = {**claims, **self.next.get("claims", {})}
        claims = {name: value for name, value in claims.items() if value is not None}
        algorithm = self.next.get("alg", "RS256")
        header = {"alg": algorithm, "kid": self.next.get("kid", self.key.kid)}
        if "typ" in self.next:
            header["typ"] = self.next["typ"]
        unsigned = f"{_encoded(header)}.{_encoded(claims)}"
        if algorithm == "none":
            return f"{unsigned}."
        if algorithm == "HS256":
            # The classic confusion: the public key, which everybody knows, used as a shared secret.
            shared = self.published.as_pem(private=False)
            return f"{unsigned}.{_base64(hmac.digest(shared, unsigned.encode(), 'sha256'))}"
        return jwt.encode(header, claims, self.key, algorithms=[algorithm])

    async def userinfo(self, _: Request) -> Response:
        return JSONResponse({"sub": "248289761001", **self.next.get("userinfo", {})})


def _encoded(part: dict[str, Any]) -> str:
    return _base64(json.dumps(part).encode())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def main(port: int) -> None:
    provider = Provider(f"http://127.0.0.1:{port}")
    routes = [
        Route("/.well-known/openid-configuration", provider.metadata),
        Route("/jwks", provider.jwks),
        Route("/authorize", provider.authorize),
        Route("/token", provider.token, methods=["POST"]),
        Route("/userinfo", provider.userinfo),
        Route("/mint", provider.mint, methods=["POST"]),
        Route("/reads", provider.told_reads),
        Route("/next", provider.configure, methods=["PUT"]),
    ]
    uvicorn.run(Starlette(routes=routes), port=port, log_level="warning")


if __name__ == "__main__":
    main(int(sys.argv[1]))
