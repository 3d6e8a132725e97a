from . import test_client_delivery
