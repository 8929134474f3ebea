"""From this checkout to a Google Cloud project, and back.

    manifest → build      an archive for each function, named after what is in it
             → terraform  plan: what would change (frozen values, printed or tested) → apply, in Google's own pace
             → traffic    new revisions get theirs in steps; each step is looked at, and taken back where it fails
    cloud ← status · canary · rollback

What is deployed is asked of Google each time: there is no journal that could be wrong. So the same command takes up
what was interrupted. Nothing is called done while a single function is not.
"""
