"""An authenticator in software, as a phone keeps one: registers with a reader, signs challenges."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from secrets import token_bytes
from urllib.parse import urlsplit

from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.webauthn.internal.auth import WebAuthn
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.conf import settings
from fido2.cose import ES256
from fido2.utils import sha256
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

FLAG = AuthenticatorData.FLAG


def text(raw):
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


class Passkey:
    """The reader's own key at the site."""

    def __init__(self, reader):
        self.reader, self.number = reader, token_bytes(16)
        self.key = ec.generate_private_key(ec.SECP256R1())
        public = ES256.from_cryptography_key(self.key.public_key())
        data = self._data(FLAG.AT, AttestedCredentialData.create(Aaguid.NONE, self.number, public))
        made = {
            "clientDataJSON": text(self._client(CollectedClientData.TYPE.CREATE, token_bytes(32))),
            "attestationObject": text(AttestationObject.create("none", data, {})),
        }
        WebAuthn.add(reader, "Phone", self._credential(made, credProps={"rk": True}))

    def answer(self, options):
        """What the browser sends for the challenge in `options`."""
        challenge = urlsafe_b64decode(options["publicKey"]["challenge"] + "==")
        client, data = self._client(CollectedClientData.TYPE.GET, challenge), self._data()
        signed = self.key.sign(data + sha256(client), ec.ECDSA(SHA256()))
        said = {
            "clientDataJSON": text(client),
            "authenticatorData": text(data),
            "signature": text(signed),
            "userHandle": text(user_pk_to_url_str(self.reader).encode()),
        }
        return json.dumps(self._credential(said))

    def _client(self, kind, challenge):
        return CollectedClientData.create(kind, challenge, settings.SITE_URL)

    def _data(self, flags=0, credential=b""):
        site = sha256(urlsplit(settings.SITE_URL).hostname.encode())
        return AuthenticatorData.create(site, FLAG.UP | FLAG.UV | flags, 1, credential)

    def _credential(self, response, **extensions):
        return {
            "id": text(self.number),
            "rawId": text(self.number),
            "type": "public-key",
            "response": response,
            "clientExtensionResults": extensions,
        }
