"""Whether the web server of this container answers and reaches its database; the exit code says."""

import http.client
import sys

server = http.client.HTTPConnection("localhost", 8000, timeout=4)
server.request("GET", "/readyz")
sys.exit(server.getresponse().status != http.HTTPStatus.OK)
