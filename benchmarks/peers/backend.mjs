// openapi-backend with stateful handlers of our own on node:http: node backend.mjs CONTRACT PORT
// It keeps jobs in memory, filters, orders and pages them, and cancels in bulk: the fair rival.
import { readFileSync } from 'node:fs'
import http from 'node:http'
import yaml from 'js-yaml'
import { OpenAPIBackend } from 'openapi-backend'

const [contract, port] = process.argv.slice(2)
const definition = yaml.load(readFileSync(contract, 'utf8'))
// its router drops the slash at the end of a request's path, so that the contract must have none
definition.paths = Object.fromEntries(Object.entries(definition.paths).map(([path, item]) => [path.replace(/\/$/, ''), item]))
const detail = definition.components.examples.CompletedJob.value
const brief = definition.paths['/v6/jobs'].get.responses['200'].content['application/json']
const sample = (brief.example ?? Object.values(brief.examples)[0].value ?? definition.components.examples.BatchJobs.value).results[0]

const states = ['COMPLETED', 'FAILED', 'CANCELED', 'QUEUED']
const jobs = new Map()
for (let id = 1; id <= 200; id++) {
  const created = new Date(Date.UTC(2026, 0, 1) + id * 60_000).toISOString()
  const change = { id, status: states[id % 4], created, last_modified: created }
  jobs.set(id, { brief: { ...sample, ...change }, detail: { ...detail, ...change } })
}

const json = (response, status, body) => {
  const text = JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  response.end(text)
}
const list = (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value])

const api = new OpenAPIBackend({
  definition,
  quick: true,
  handlers: {
    listJobs(context, request, response) {
      const { query } = context.request
      const wanted = list(query.status)
      let found = [...jobs.values()].map((one) => one.brief)
      if (wanted.length) found = found.filter((one) => wanted.includes(one.status))
      const order = list(query.order)[0] ?? 'last_modified'
      const name = order.replace('-', '')
      const sign = order.startsWith('-') ? -1 : 1
      found.sort((a, b) => (a[name] < b[name] ? -sign : a[name] > b[name] ? sign : 0))
      const size = Number(query.page_size ?? 100)
      const page = Number(query.page ?? 1)
      json(response, 200, {
        count: found.length,
        next: page * size < found.length ? `http://127.0.0.1:${port}/v6/jobs/?page=${page + 1}&page_size=${size}` : null,
        previous: page > 1 ? `http://127.0.0.1:${port}/v6/jobs/?page=${page - 1}&page_size=${size}` : null,
        results: found.slice((page - 1) * size, page * size),
      })
    },
    getJob(context, request, response) {
      const job = jobs.get(Number(context.request.params.id))
      job ? json(response, 200, job.detail) : json(response, 404, { detail: 'Not found.' })
    },
    cancelJobs(context, request, response) {
      const { job_ids: ids, status } = context.request.requestBody
      setTimeout(() => {
        for (const id of ids ?? jobs.keys()) {
          const job = jobs.get(id)
          if (job && job.brief.status !== 'COMPLETED' && (!status || job.brief.status === status)) job.brief.status = job.detail.status = 'CANCELED'
        }
      }, 200)
      response.writeHead(202, { 'content-length': 0 })
      response.end()
    },
    validationFail: (context, request, response) => json(response, 400, { detail: context.validation.errors[0].message }),
    notFound: (context, request, response) => json(response, 404, { detail: 'Not found.' }),
  },
})
await api.init()

http
  .createServer((request, response) => {
    const chunks = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      const [path, query] = request.url.split('?')
      const body = Buffer.concat(chunks).toString()
      api.handleRequest({ method: request.method, path, query: query ?? '', headers: request.headers, body: body ? JSON.parse(body) : undefined }, request, response)
    })
  })
  .listen(Number(port), '127.0.0.1')
