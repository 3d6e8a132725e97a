from . import client_interaction_source
from . import client_interaction
