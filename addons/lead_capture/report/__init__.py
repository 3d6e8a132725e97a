from . import client_interaction_source
