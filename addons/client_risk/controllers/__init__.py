from . import client_risk
