// Reads an output as the platform does, with the platform's own code, and prints what it found as JSON.
//
//   node read.mjs OUTPUT [PATH…]
//
// For each PATH it also says which routes match it, as JavaScript understands their expressions.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { deserializeBuildOutput, deserializeLambda, validateBuildResult, finalizeLambda, validateLambdaSize,
	validateUncompressedLambdaSize } = require('@vercel/build-utils');
const { normalizeRoutes, routesSchema } = require('@vercel/routing-utils');
const Ajv = require('ajv');
const { readFileSync } = require('node:fs');

const [outputDir, ...paths] = process.argv.slice(2);
const problems = [];
const warn = (text) => problems.push(text);

const config = JSON.parse(readFileSync(outputDir + '/config.json', 'utf8'));
const valid = new Ajv().compile(routesSchema);
if (!valid(config.routes)) problems.push('routes: ' + JSON.stringify(valid.errors));
const { routes, error } = normalizeRoutes(config.routes);
if (error) problems.push('routes: ' + error.message + ' ' + (error.errors || []).join(' '));

const found = await deserializeBuildOutput({
	outputDir, repoRootPath: outputDir, warn, deserializeLambda,
	maxBundleSizeMb: 250, groupLambdas: async () => ({}), useOnlyStreamingLambda: false,
});
const output = found.buildOutput?.output ?? found.output ?? found.build?.output;
const result = found.buildOutput ?? found;
const { buildOutputMap } = await validateBuildResult({ buildResponse: { ...result, output } });

const outputs = {};
const sized = new Map();
for (const [path, o] of Object.entries(buildOutputMap)) {
	outputs[path] = { type: o.type, contentType: o.contentType };
	const lambda = o.type === 'Prerender' ? o.lambda : o.type === 'Lambda' ? o : undefined;
	if (!lambda) continue;
	if (!sized.has(lambda)) {
		const f = await finalizeLambda({ lambda, bytecodeCachingOptions: {}, forceStreamingRuntime: false, enableUncompressedLambdaSizeCheck: true });
		validateLambdaSize(path, lambda.runtime, f.size);
		validateUncompressedLambdaSize(path, f.uncompressedBytes);
		sized.set(lambda, { zip: f.size, bytes: f.uncompressedBytes });
	}
	Object.assign(outputs[path], { runtime: lambda.runtime, handler: lambda.handler, streaming: !!lambda.supportsResponseStreaming,
		memory: lambda.memory, maxDuration: lambda.maxDuration, regions: lambda.regions, architecture: lambda.architecture, ...sized.get(lambda) });
	if (o.type === 'Prerender') Object.assign(outputs[path], { expiration: o.expiration, allowQuery: o.allowQuery, passQuery: o.passQuery, shared: o.lambda === buildOutputMap._render });
}
const matches = paths.map((path) => (routes ?? []).map((r) => (r.src ? new RegExp(r.src, r.caseSensitive ? 's' : 'si').test(path) : false)));
console.log(JSON.stringify({ problems, outputs, matches, crons: config.crons, functions: sized.size }));
