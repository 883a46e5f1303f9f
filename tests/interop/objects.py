"""A store of objects that speaks the protocol of S3, with a bucket, on loopback. Ends when stdin ends.

Usage: objects.py BUCKET. Prints its URL. With INITIAL_NO_AUTH_ACTION_COUNT=1 it lets nobody in after the bucket is made.
"""

import sys
import urllib.request

from moto.server import ThreadedMotoServer

server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
host, port = server.get_host_and_port()
url = f"http://{host}:{port}"
urllib.request.urlopen(urllib.request.Request(f"{url}/{sys.argv[1]}", method="PUT"))
print(url, flush=True)
sys.stdin.read()
server.stop()
