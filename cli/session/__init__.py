"""Who is logged in: tokens, where they are kept, how they are renewed, and how one logs in."""
