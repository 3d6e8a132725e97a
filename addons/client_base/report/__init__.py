from . import client_interaction_mailing
from . import client_interaction_source
from . import client_interaction
from . import client_group_move
