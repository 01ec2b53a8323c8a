# %% answer square
import json
ip = get_ipython()
def say(kind, content, channel="iopub"):
    ip.kernel.session.line.send(json.dumps({"channel": channel, "msg_type": kind, "parent": ip.parent_header["msg_id"], "content": content}).encode())
for kind in ("stream", "display_data", "update_display_data", "execute_result", "error", "execute_input", "clear_output", "comm_open", "comm_msg", "comm_close", "input_request", "nonsense", ""):
    for content in ({}, {"name": [], "text": {}}, {"data": 7, "metadata": None, "transient": {"display_id": [1]}}, {"ename": {}, "evalue": [], "traceback": {"a": 1}}, {"comm_id": None, "data": {"state": 1}, "target_name": {}}):
        say(kind, content)
def square(x): return x * x
