"""The console in a real Chromium, against a whole local stack."""
