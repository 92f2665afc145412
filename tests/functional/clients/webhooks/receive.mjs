// Verifies one delivery as a receiver in Node does. Arguments: secret, headers as JSON, body. Prints the event's type.
import { Webhook } from "standardwebhooks";

const [secret, headers, body] = process.argv.slice(2);
console.log(new Webhook(secret).verify(body, JSON.parse(headers)).type);
