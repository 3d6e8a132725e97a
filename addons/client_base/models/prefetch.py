"""One name for the columns of a card that only people who work with clients read."""

# Core reads all columns of a partner whenever it asks for one of them: of users,
# companies, authors. Ours are read together, when one of ours is asked for.
CLIENT_FIELDS = "client_base"
