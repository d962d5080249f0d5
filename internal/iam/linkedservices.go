package iam

import (
	"slices"

	"foyer/internal/fault"
)

// linkedService is a service that has a service-linked role.
type linkedService struct {
	name     string // before .amazonaws.com
	role     string // behind AWSServiceRoleFor
	policy   string // below arn:aws:iam::aws:policy/aws-service-role/
	kept     bool   // Foyer needs the role: it cannot be deleted
	suffixed bool   // an account may have several, told by a suffix
}

const (
	servicePrincipals = ".amazonaws.com"
	serviceRoles      = "AWSServiceRoleFor"
)

func (l linkedService) principal() string { return l.name + servicePrincipals }

// linkedServices are services with one service-linked role, as AWS documents
// them.
var linkedServices = []linkedService{
	{name: "access-analyzer", role: "AccessAnalyzer", policy: "AccessAnalyzerServiceRolePolicy"},
	{name: "autoscaling", role: "AutoScaling", policy: "AutoScalingServiceRolePolicy", suffixed: true},
	{name: "backup", role: "Backup", policy: "AWSBackupServiceLinkedRolePolicyForBackup"},
	{name: "batch", role: "Batch", policy: "BatchServiceRolePolicy"},
	{name: "cloudtrail", role: "CloudTrail", policy: "CloudTrailServiceRolePolicy"},
	{name: "compute-optimizer", role: "ComputeOptimizer", policy: "ComputeOptimizerServiceRolePolicy"},
	{name: "config", role: "Config", policy: "AWSConfigServiceRolePolicy"},
	{name: "controltower", role: "AWSControlTower", policy: "AWSControlTowerAccountServiceRolePolicy"},
	{name: "detective", role: "Detective", policy: "AmazonDetectiveServiceLinkedRolePolicy"},
	{name: "dynamodb.application-autoscaling", role: "ApplicationAutoScaling_DynamoDBTable", policy: "AWSApplicationAutoscalingDynamoDBTablePolicy"},
	{name: "ec2fleet", role: "EC2Fleet", policy: "AWSEC2FleetServiceRolePolicy"},
	{name: "ecs", role: "ECS", policy: "AmazonECSServiceRolePolicy"},
	{name: "ecs.application-autoscaling", role: "ApplicationAutoScaling_ECSService", policy: "AWSApplicationAutoscalingECSServicePolicy"},
	{name: "eks", role: "AmazonEKS", policy: "AmazonEKSServiceRolePolicy"},
	{name: "eks-fargate", role: "AmazonEKSForFargate", policy: "AmazonEKSForFargateServiceRolePolicy"},
	{name: "eks-nodegroup", role: "AmazonEKSNodegroup", policy: "AWSServiceRoleForAmazonEKSNodegroup"},
	{name: "elasticache", role: "ElastiCache", policy: "ElastiCacheServiceRolePolicy"},
	{name: "elasticfilesystem", role: "AmazonElasticFileSystem", policy: "AmazonElasticFileSystemServiceRolePolicy"},
	{name: "elasticloadbalancing", role: "ElasticLoadBalancing", policy: "AWSElasticLoadBalancingServiceRolePolicy"},
	{name: "es", role: "AmazonElasticsearchService", policy: "AmazonElasticsearchServiceRolePolicy"},
	{name: "fms", role: "FMS", policy: "FMSServiceRolePolicy"},
	{name: "globalaccelerator", role: "GlobalAccelerator", policy: "AWSGlobalAcceleratorSLRPolicy"},
	{name: "guardduty", role: "AmazonGuardDuty", policy: "AmazonGuardDutyServiceRolePolicy"},
	{name: "inspector2", role: "AmazonInspector2", policy: "AmazonInspector2ServiceRolePolicy"},
	{name: "ipam", role: "IPAM", policy: "AWSIPAMServiceRolePolicy"},
	{name: "kafka", role: "Kafka", policy: "KafkaServiceRolePolicy"},
	{name: "lambda.application-autoscaling", role: "ApplicationAutoScaling_LambdaConcurrency", policy: "AWSApplicationAutoscalingLambdaConcurrencyPolicy"},
	{name: "macie", role: "AmazonMacie", policy: "AmazonMacieServiceRolePolicy"},
	{name: "malware-protection.guardduty", role: "AmazonGuardDutyMalwareProtection", policy: "AmazonGuardDutyMalwareProtectionServiceRolePolicy"},
	{name: "member.org.stacksets.cloudformation", role: "CloudFormationStackSetsOrgMember", policy: "CloudFormationStackSetsOrgMemberServiceRolePolicy"},
	{name: "network-firewall", role: "NetworkFirewall", policy: "AWSNetworkFirewallServiceRolePolicy"},
	{name: "opensearchservice", role: "AmazonOpenSearchService", policy: "AmazonOpenSearchServiceRolePolicy"},
	{name: "ops.apigateway", role: "APIGateway", policy: "APIGatewayServiceRolePolicy"},
	{name: "organizations", role: "Organizations", policy: "AWSOrganizationsServiceTrustPolicy", kept: true},
	{name: "ram", role: "ResourceAccessManager", policy: "AWSResourceAccessManagerServiceRolePolicy"},
	{name: "rds", role: "RDS", policy: "AmazonRDSServiceRolePolicy"},
	{name: "rds.application-autoscaling", role: "ApplicationAutoScaling_RDSCluster", policy: "AWSApplicationAutoscalingRDSClusterPolicy"},
	{name: "redshift", role: "Redshift", policy: "AmazonRedshiftServiceLinkedRolePolicy"},
	{name: "replication.dynamodb", role: "DynamoDBReplication", policy: "DynamoDBReplicationServiceRolePolicy"},
	{name: "reports.backup", role: "BackupReports", policy: "AWSServiceRolePolicyForBackupReports"},
	{name: "resource-explorer-2", role: "ResourceExplorer", policy: "AWSResourceExplorerServiceRolePolicy"},
	{name: "securityhub", role: "SecurityHub", policy: "AWSSecurityHubServiceRolePolicy"},
	{name: "securitylake", role: "SecurityLake", policy: "SecurityLakeServiceLinkedRole"},
	{name: "servicequotas", role: "ServiceQuotas", policy: "ServiceQuotasServiceRolePolicy"},
	{name: "shield", role: "AWSShield", policy: "AWSShieldServiceRolePolicy"},
	{name: "spot", role: "EC2Spot", policy: "AWSEC2SpotServiceRolePolicy"},
	{name: "spotfleet", role: "EC2SpotFleet", policy: "AWSEC2SpotFleetServiceRolePolicy"},
	{name: "ssm", role: "AmazonSSM", policy: "AmazonSSMServiceRolePolicy"},
	{name: "sso", role: "SSO", policy: "AWSSSOServiceRolePolicy", kept: true},
	{name: "stacksets.cloudformation", role: "CloudFormationStackSetsOrgAdmin", policy: "CloudFormationStackSetsOrgAdminServiceRolePolicy"},
	{name: "support", role: "Support", policy: "AWSSupportServiceRolePolicy"},
	{name: "transitgateway", role: "VPCTransitGateway", policy: "AWSVPCTransitGatewayServiceRolePolicy"},
	{name: "trustedadvisor", role: "TrustedAdvisor", policy: "AWSTrustedAdvisorServiceRolePolicy"},
	{name: "wafv2", role: "WAFV2Logging", policy: "WAFV2LoggingServiceRolePolicy"},
}

func linkedServiceOf(principal string) (linkedService, error) {
	i := slices.IndexFunc(linkedServices, func(l linkedService) bool { return l.principal() == principal })
	if i < 0 {
		return linkedService{}, fault.Newf(fault.Invalid, "Service %s is not known to have a service-linked role here.", principal)
	}
	return linkedServices[i], nil
}

// roleName is what the role is called in an account.
func (l linkedService) roleName(suffix string) (string, error) {
	name := serviceRoles + l.role
	switch {
	case suffix == "":
		return name, nil
	case !l.suffixed:
		return "", fault.Newf(fault.Invalid, "Custom suffix is not allowed for %s", l.principal())
	}
	return name + "_" + suffix, nil
}
