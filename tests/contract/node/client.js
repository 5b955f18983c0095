// What node's soap package makes of the simulated Autotask: one line for each call.
//
// Usage: node client.js SOAP_URL USERNAME SECRET INTEGRATION_CODE; the exit code is 1 when any
// call was answered otherwise than a client of the vendor may expect.

import soap from "soap";

const [url, username, secret, code] = process.argv.slice(2);
const NAMESPACE = "http://autotask.net/ATWS/v1_6/";
const OPERATIONS = 15; // the 14 of the vendor's older description, and IntegrationCodeCheck
let surprises = 0;

function expect(truth, what) {
  if (!truth) throw new Error(`expected ${what}`);
}

async function step(name, work) {
  try {
    console.log(`ok    ${name}: ${await work()}`);
  } catch (error) {
    surprises += 1;
    console.log(`WRONG ${name}: ${error.message}`);
  }
}

const many = (found) => (found === undefined || found === null ? [] : [found].flat());
const told = (found) => (found !== null && typeof found === "object" ? found.$value : found);
const entities = (answer) => many(answer.EntityResults?.Entity);
const messages = (answer) => many(answer.Errors?.ATWSError).map((one) => one.Message);

function entity(type, fields) {
  const attributes = { xsi_type: { type, xmlns: NAMESPACE } };
  return { Entities: { Entity: [{ attributes, ...fields }] } };
}

function query(name, field, op, value) {
  const where = `<field>${field}<expression op="${op}">${value}</expression></field>`;
  return { sXML: `<queryxml><entity>${name}</entity><query>${where}</query></queryxml>` };
}

async function call(operation, given) {
  const [answer] = await client[`${operation}Async`](given);
  return Object.values(answer)[0]; // getEntityInfo answers with GetEntityInfoResult
}

async function written(operation, type, fields) {
  const answer = await call(operation, entity(type, fields));
  expect(answer.ReturnCode === 1, `return code 1, was told ${messages(answer).join(" | ")}`);
  return entities(answer)[0];
}

async function signIn() {
  const made = await soap.createClientAsync(url.replace(/asmx$/, "wsdl"));
  const attributes = { xmlns: NAMESPACE };
  made.addSoapHeader({ AutotaskIntegrations: { attributes, IntegrationCode: code } });
  return made;
}

const client = await signIn();
let account;
let ticket;
let visit;

await step("description", () => {
  const port = client.describe().ATWS.ATWSSoap;
  const count = Object.keys(port).length;
  expect(count === OPERATIONS, `${OPERATIONS} operations, found ${count}`);
  return `${count} operations`;
});

await step("zone", async () => {
  const zone = await call("getZoneInfo", { UserName: username });
  expect(zone.ErrorCode === 0, "error code 0");
  expect(zone.URL === url, `the address it was asked at, was told ${zone.URL}`);
  return zone.URL;
});

await step("no zone for a stranger", async () => {
  const zone = await call("getZoneInfo", { UserName: "nobody@elsewhere.example" });
  expect(zone.ErrorCode < 0, "a negative error code");
  return `code ${zone.ErrorCode}`;
});

await step("a wrong secret", async () => {
  client.setSecurity(new soap.BasicAuthSecurity(username, "not the secret"));
  try {
    await call("getThresholdAndUsageInfo", {});
  } catch (error) {
    const status = error.response?.status;
    expect(status === 401, `status 401, was ${status}`);
    return `status ${status}`;
  }
  throw new Error("expected a refusal");
});

client.setSecurity(new soap.BasicAuthSecurity(username, secret));

await step("threshold", async () => {
  const answer = await call("getThresholdAndUsageInfo", {});
  const text = told(many(answer.EntityReturnInfoResults.EntityReturnInfo)[0].Message);
  expect(/^ThresholdOfExternalRequest: \d+; .*numberOfExternalRequest: \d+;$/.test(text), "a note");
  return text;
});

await step("what entities allow", async () => {
  const infos = many((await call("getEntityInfo", {})).EntityInfo);
  const found = infos.find((one) => one.Name === "Ticket");
  expect(found.CanCreate === true && found.CanDelete === false, "tickets created, not deleted");
  return `${infos.length} entities`;
});

await step("fields and picklists", async () => {
  const fields = many((await call("GetFieldInfo", { psObjectType: "Ticket" })).Field);
  const status = fields.find((one) => one.Name === "Status");
  const labels = many(status.PicklistValues.PickListValue).map((one) => one.Label);
  expect(labels.includes("New") && labels.includes("Complete"), "the two built-in labels");
  return `${fields.length} fields, ${labels.length} labels of a status`;
});

await step("query", async () => {
  const answer = await call("query", query("Account", "id", "greaterthan", 0));
  const found = entities(answer);
  expect(answer.ReturnCode === 1 && found.length > 0, "accounts");
  expect(found[0].attributes["xsi:type"] === "Account", "their type");
  account = told(found[0].id);
  return `${found.length} accounts, the first is ${told(found[0].AccountName)}`;
});

await step("a page", async () => {
  const found = entities(await call("query", query("Ticket", "id", "greaterthan", 0)));
  expect(found.length === 500, `500 rows, found ${found.length}`);
  return "500 tickets";
});

await step("create", async () => {
  const made = await written("create", "Ticket", {
    id: 0,
    AccountID: account,
    DueDateTime: "2026-07-01T10:00:00",
    Priority: 2,
    QueueID: 5,
    Status: 1,
    Title: "Made by node <& others>",
  });
  ticket = told(made.id);
  return `ticket ${ticket}, ${told(made.TicketNumber)}`;
});

await step("read again", async () => {
  const [found] = entities(await call("query", query("Ticket", "id", "equals", ticket)));
  expect(told(found.Title) === "Made by node <& others>", "the title as it was sent");
  const due = String(told(found.DueDateTime)); // a text, or a date of the machine's own zone
  expect(due.includes("10:00:00"), `the wall clock that was sent, was told ${due}`);
  return told(found.Title);
});

await step("update", async () => {
  const changed = await written("update", "Ticket", {
    id: ticket,
    AccountID: account,
    DueDateTime: "2026-07-01T10:00:00",
    Priority: 1,
    QueueID: 5,
    Status: 1,
    Title: "Changed by node",
  });
  expect(told(changed.Title) === "Changed by node", "the new title");
  return told(changed.Title);
});

await step("a refused create", async () => {
  const answer = await call("create", entity("Ticket", { id: 0, Title: "No account" }));
  const texts = messages(answer);
  expect(answer.ReturnCode === -1 && texts.length === 2, "return code -1 and a pair of texts");
  expect(texts[1] === "Error creating entity for record number [1].", "the number of the record");
  return texts.join(" | ");
});

await step("a type that is none", async () => {
  try {
    await client.createAsync({ Entities: { Entity: [{ attributes: { "xsi:type": "Nothing" } }] } });
  } catch (error) {
    const text = error.root?.Envelope?.Body?.Fault?.faultstring ?? "";
    expect(text.includes("specified type"), `a fault about the type, was ${error.message}`);
    return "a fault";
  }
  throw new Error("expected a fault");
});

await step("a file up and down", async () => {
  const data = Buffer.from("a photo of the rack");
  const Info = {
    id: 0, FullPath: "rack.txt", ParentID: ticket, ParentType: 4, Publish: 1,
    Title: "Rack", Type: "FILE_ATTACHMENT",
  };
  const made = await call("CreateAttachment", { attachment: { Data: data.toString("base64"), Info } });
  const file = await call("GetAttachment", { attachmentId: made });
  expect(Buffer.from(file.Data, "base64").equals(data), "the bytes that were sent");
  return `file ${made}, ${data.length} bytes`;
});

await step("create and delete", async () => {
  const made = await written("create", "ServiceCall", {
    id: 0,
    AccountID: account,
    EndDateTime: "2026-07-02T11:00:00",
    StartDateTime: "2026-07-02T10:00:00",
  });
  visit = told(made.id);
  const answer = await call("delete", entity("ServiceCall", { id: visit }));
  expect(answer.ReturnCode === 1, messages(answer).join(" | "));
  const left = entities(await call("query", query("ServiceCall", "id", "equals", visit)));
  expect(left.length === 0, "nothing left");
  return `service call ${visit}`;
});

await step("what may not be deleted", async () => {
  const answer = await call("delete", entity("Ticket", { id: ticket }));
  expect(answer.ReturnCode === -1, "return code -1");
  return messages(answer)[0];
});

console.log(surprises === 0 ? "node soap: no surprise" : `node soap: ${surprises} surprises`);
process.exit(surprises === 0 ? 0 : 1);
