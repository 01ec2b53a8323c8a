# %% answer rate
import logging, sys, warnings
def fetch():
    print("fetched")
    return 1.5
def rate(amount):
    print("rate of", amount, file=sys.stderr)
    warnings.warn("old")
    logging.warning("rate")
    return amount * fetch()
# %% answer ask
def ask():
    number = int(input("A number: "))
    print("You said", number, flush=True)
    return number + 1
