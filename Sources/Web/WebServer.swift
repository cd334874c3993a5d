import Hummingbird
import Logging
import Reports

struct WebServer {}
