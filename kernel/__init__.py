"""What every service means by the same word. Standard library only, and nothing else of ours."""
