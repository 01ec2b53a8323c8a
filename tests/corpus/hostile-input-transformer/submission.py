# %% answer square
ip = get_ipython()
ip.input_transformers_cleanup.append(lambda lines: ['3\n'])
