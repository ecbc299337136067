"""Whether the web server of this container answers and reaches its database; the exit code says."""

import http.client
import sys

server = http.client.HTTPConnection("localhost", 8000, timeout=4)
# The header stands in for the proxy with TLS; without it the answer is a redirect.
server.request("GET", "/readyz", headers={"X-Forwarded-Proto": "https"})
sys.exit(server.getresponse().status != http.HTTPStatus.OK)
