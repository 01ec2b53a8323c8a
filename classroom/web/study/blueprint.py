"""The blueprint that the modules of this folder hang their views on."""

from flask import Blueprint

blueprint = Blueprint("study", __name__, url_prefix="/courses/<course>/a/<assignment>")
