from . import test_client_sms
