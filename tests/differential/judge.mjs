// Decides sampled requests with @cloud-copilot/iam-simulate: a case a line in, a line of answers out.
import { createInterface } from 'node:readline'
import { runUnsafeSimulation } from '@cloud-copilot/iam-simulate'

const named = (policies) => policies.map((policy, i) => ({ name: `p${i}`, policy }))

async function decide(identity, boundary, action, [resource, contextVariables]) {
  return await runUnsafeSimulation({
    request: {
      principal: 'arn:aws:iam::123456789012:role/alice',
      action,
      resource: { resource, accountId: '123456789012' },
      contextVariables,
    },
    identityPolicies: named(identity),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    permissionBoundaryPolicies: boundary ? named([boundary]) : undefined,
  }, {})
}

for await (const line of createInterface({ input: process.stdin })) {
  const { section, identity, boundary, action, samples } = JSON.parse(line)
  const answers = []
  for (const sample of samples) {
    // Only requests that the section's own statement would allow are asked about.
    const asked = await decide([section], null, action, sample) === 'Allowed'
    answers.push(asked ? await decide(identity, boundary, action, sample) : null)
  }
  console.log(JSON.stringify(answers))
}
