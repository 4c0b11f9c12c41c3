// The JavaScript SDK v3 against an emulator: every operation, every paginator and both waiters.
//
// Run by hand, because the SDK comes from npm. Start
//     glacier-emulator --data-dir "$(mktemp -d)" --port 8443 --tls --job-delay 0 --inventory-period 0
// export the variables that it prints, and NODE_EXTRA_CA_CERTS with the path of its CA; then, in an empty directory:
//     npm install @aws-sdk/client-glacier
//     node .../test/compatibility/manual/javascript_sdk.js

"use strict";

const assert = require("node:assert/strict");
const { createHash } = require("node:crypto");
const sdk = require(require.resolve("@aws-sdk/client-glacier", { paths: [process.cwd()] }));

const MIB = 1024 * 1024;
const accountId = "-";
const client = new sdk.GlacierClient({ endpoint: process.env.AWS_ENDPOINT_URL, maxAttempts: 1 });
const exercised = new Set();

async function send(operation, input = {}) {
  const output = await client.send(new sdk[`${operation}Command`]({ accountId, ...input }));
  exercised.add(operation);
  return output;
}

async function refused(name, status, operation, input) {
  await assert.rejects(send(operation, input), (error) => {
    assert.equal(error.name, name);
    assert.equal(error.$metadata.httpStatusCode, status);
    return true;
  });
}

function sha256(...parts) {
  const hash = createHash("sha256");
  parts.forEach((part) => hash.update(part));
  return hash.digest();
}

function treeHash(data) {
  let level = [];
  for (let at = 0; at < Math.max(data.length, 1); at += MIB) level.push(sha256(data.subarray(at, at + MIB)));
  while (level.length > 1) {
    const next = [];
    for (let at = 0; at < level.length; at += 2)
      next.push(at + 1 < level.length ? sha256(level[at], level[at + 1]) : level[at]);
    level = next;
  }
  return level[0].toString("hex");
}

async function all(paginate, input, list) {
  const items = [];
  let pages = 0;
  for await (const page of paginate({ client, pageSize: 2 }, { accountId, ...input })) {
    items.push(...page[list]);
    ++pages;
  }
  return { items, pages };
}

async function useVault(vaultName) {
  const vault = { vaultName };
  await sdk.waitUntilVaultNotExists({ client, maxWaitTime: 10 }, { accountId, vaultName });
  await send("CreateVault", vault);
  await sdk.waitUntilVaultExists({ client, maxWaitTime: 10 }, { accountId, vaultName });
  assert.equal((await send("DescribeVault", vault)).VaultName, vaultName);
  for (const other of ["one", "two"]) await send("CreateVault", { vaultName: `${vaultName}-${other}` });
  assert.equal((await send("ListVaults", { limit: 1 })).VaultList.length, 1);
  const listed = await all(sdk.paginateListVaults, {}, "VaultList");
  assert.ok(listed.pages > 1);
  assert.ok(listed.items.some((each) => each.VaultName === `${vaultName}-two`));
  await send("DeleteVault", { vaultName: `${vaultName}-two` });
  await refused("ResourceNotFoundException", 404, "DescribeVault", { vaultName: `${vaultName}-two` });
  return vault;
}

async function useSettings(vault) {
  const vaultNotificationConfig = {
    SNSTopic: "arn:aws:sns:us-east-1:123456789012:jobs",
    Events: ["ArchiveRetrievalCompleted"],
  };
  await send("SetVaultNotifications", { ...vault, vaultNotificationConfig });
  assert.deepEqual((await send("GetVaultNotifications", vault)).vaultNotificationConfig, vaultNotificationConfig);
  await send("DeleteVaultNotifications", vault);

  const policy = { Policy: JSON.stringify({ Version: "2012-10-17", Statement: [] }) };
  await send("SetVaultAccessPolicy", { ...vault, policy });
  assert.deepEqual((await send("GetVaultAccessPolicy", vault)).policy, policy);
  await send("DeleteVaultAccessPolicy", vault);

  await send("AddTagsToVault", { ...vault, Tags: { owner: "ann", box: "7" } });
  await send("RemoveTagsFromVault", { ...vault, TagKeys: ["box"] });
  assert.deepEqual((await send("ListTagsForVault", vault)).Tags, { owner: "ann" });

  const locked = { vaultName: `${vault.vaultName}-one` };
  await send("InitiateVaultLock", { ...locked, policy });
  await send("AbortVaultLock", locked);
  const { lockId } = await send("InitiateVaultLock", { ...locked, policy });
  assert.equal((await send("GetVaultLock", locked)).State, "InProgress");
  await send("CompleteVaultLock", { ...locked, lockId });
  assert.equal((await send("GetVaultLock", locked)).State, "Locked");
}

async function useArchives(vault) {
  // The SDK computes the tree hashes of bodies.
  const body = Buffer.alloc(2 * MIB + 5, "archive ");
  const uploaded = await send("UploadArchive", { ...vault, body, archiveDescription: "by  the SDK" });
  assert.equal(uploaded.checksum, treeHash(body));
  const unwanted = await send("UploadArchive", { ...vault, body: Buffer.from("unwanted") });
  await send("DeleteArchive", { ...vault, archiveId: unwanted.archiveId });
  await refused("InvalidParameterValueException", 400, "UploadArchive",
    { ...vault, body: Buffer.from("a"), checksum: treeHash(Buffer.from("b")) });

  const uploads = [];
  for (let number = 0; number < 3; ++number)
    uploads.push((await send("InitiateMultipartUpload", { ...vault, partSize: String(MIB) })).uploadId);
  assert.equal((await send("ListMultipartUploads", vault)).UploadsList.length, 3);
  assert.equal((await all(sdk.paginateListMultipartUploads, vault, "UploadsList")).pages, 2);
  const [uploadId, ...others] = uploads;
  for (const other of others) await send("AbortMultipartUpload", { ...vault, uploadId: other });
  for (let at = 0; at < body.length; at += MIB) {
    const part = body.subarray(at, at + MIB);
    const range = `bytes ${at}-${at + part.length - 1}/*`;
    const sent = await send("UploadMultipartPart", { ...vault, uploadId, range, body: part });
    assert.equal(sent.checksum, treeHash(part));
  }
  assert.equal((await send("ListParts", { ...vault, uploadId })).Parts.length, 3);
  assert.equal((await all(sdk.paginateListParts, { ...vault, uploadId }, "Parts")).pages, 2);
  const completed = await send("CompleteMultipartUpload",
    { ...vault, uploadId, archiveSize: String(body.length), checksum: treeHash(body) });
  assert.equal(completed.checksum, treeHash(body));
  return { archiveId: completed.archiveId, body };
}

async function useJobs(vault, { archiveId, body }) {
  const { jobId } = await send("InitiateJob",
    { ...vault, jobParameters: { Type: "archive-retrieval", ArchiveId: archiveId, Tier: "Bulk" } });
  const job = await send("DescribeJob", { ...vault, jobId });
  assert.equal(job.StatusCode, "Succeeded");
  assert.equal(job.SHA256TreeHash, treeHash(body));
  const output = await send("GetJobOutput", { ...vault, jobId });
  assert.equal(output.checksum, treeHash(body));
  assert.ok(body.equals(Buffer.from(await output.body.transformToByteArray())));
  const part = await send("GetJobOutput", { ...vault, jobId, range: "bytes=3-9" });
  assert.equal(part.status, 206);
  assert.ok(body.subarray(3, 10).equals(Buffer.from(await part.body.transformToByteArray())));
  for (let number = 0; number < 2; ++number)
    await send("InitiateJob", { ...vault, jobParameters: { Type: "inventory-retrieval" } });
  assert.equal((await send("ListJobs", { ...vault, statuscode: "Succeeded" })).JobList.length, 3);
  assert.equal((await all(sdk.paginateListJobs, vault, "JobList")).pages, 2);
}

async function useAccount() {
  const Policy = { Rules: [{ Strategy: "BytesPerHour", BytesPerHour: 10737418240 }] };
  await send("SetDataRetrievalPolicy", { Policy });
  assert.deepEqual((await send("GetDataRetrievalPolicy")).Policy, Policy);
  const { capacityId } = await send("PurchaseProvisionedCapacity");
  const { ProvisionedCapacityList } = await send("ListProvisionedCapacity");
  assert.ok(ProvisionedCapacityList.some((each) => each.CapacityId === capacityId));
}

async function main() {
  const vault = await useVault("javascript");
  await useSettings(vault);
  await useJobs(vault, await useArchives(vault));
  await useAccount();
  const operations = Object.keys(sdk).filter((name) => /^[A-Z].*[a-z]Command$/.test(name))
    .map((name) => name.slice(0, -"Command".length));
  assert.deepEqual([...exercised].sort(), operations.sort());
  assert.equal(operations.length, 33);
  console.log("all 33 operations, 4 paginators and 2 waiters");
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
