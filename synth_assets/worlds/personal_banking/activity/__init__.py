"""What happens on users' accounts, before any table exists: habits, bills, cards, and what follows."""
