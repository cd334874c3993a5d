import Hummingbird
import HummingbirdTesting
import Testing

struct RouteTests {}
