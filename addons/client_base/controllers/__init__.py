from . import client_base
