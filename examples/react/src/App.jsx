import { useState } from "react";
import { product } from "./product.js";
import { Sidenote } from "./Sidenote.jsx";

export function App() {
  const [place, setPlace] = useState("customers");
  return (
    <>
      <nav>
        <button onClick={() => setPlace("customers")}>Customers</button>
        <button onClick={() => setPlace("inbox")}>Inbox</button>
      </nav>
      {place === "customers" ? <Customers /> : <Inbox />}
    </>
  );
}

function Customers() {
  const [shown, setShown] = useState(product.customers[0]);
  return (
    <main className="customers">
      <ul>
        {product.customers.map((customer) => (
          <li key={customer.contact}>
            <button aria-pressed={customer === shown} onClick={() => setShown(customer)}>
              {customer.name}
            </button>
          </li>
        ))}
      </ul>
      <Sidenote view="contact-panel" contact={shown.contact} conversation={shown.conversation} />
    </main>
  );
}

function Inbox() {
  const [opened, setOpened] = useState();
  return (
    <main>
      <p role="status">{opened ? `Open: ${opened}` : "Nothing is open."}</p>
      <Sidenote onOpen={setOpened} />
    </main>
  );
}
