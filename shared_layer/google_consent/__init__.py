"""An account of Google's connected by its owner's consent: OAuth 2.0 with PKCE, and a last word before it is done."""
