// Decides sampled requests with @cloud-copilot/iam-simulate: a case a line in, a line of answers out.
import { createInterface } from 'node:readline'
import { runUnsafeSimulation } from '@cloud-copilot/iam-simulate'

const named = (policies) => policies.map((policy, i) => ({ name: `p${i}`, policy }))

async function decide(principal, identity, boundary, scps, action, [resource, contextVariables]) {
  return await runUnsafeSimulation({
    request: {
      principal,
      action,
      resource: { resource, accountId: '123456789012' },
      contextVariables,
    },
    identityPolicies: named(identity),
    serviceControlPolicies: scps.map((policies, i) => ({ orgIdentifier: `level-${i}`, policies: named(policies) })),
    resourceControlPolicies: [],
    permissionBoundaryPolicies: boundary ? named([boundary]) : undefined,
  }, {})
}

for await (const line of createInterface({ input: process.stdin })) {
  const { section, principal, identity, boundary, scps, action, samples } = JSON.parse(line)
  const answers = []
  for (const sample of samples) {
    // Only requests that the section's own statement would allow are asked about.
    const asked = await decide(principal, [section], null, [], action, sample) === 'Allowed'
    answers.push(asked ? await decide(principal, identity, boundary, scps, action, sample) : null)
  }
  console.log(JSON.stringify(answers))
}
