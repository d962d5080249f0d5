// Prints who the profile in AWS_PROFILE is, by the AWS SDK for JavaScript, which
// is told nothing else: it finds the session, its token and the endpoints there.
import { STSClient, GetCallerIdentityCommand } from "@aws-sdk/client-sts";

console.log((await new STSClient({}).send(new GetCallerIdentityCommand({}))).Arn);
