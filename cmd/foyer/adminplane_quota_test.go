package main

// overQuota is what fills small quotas, and what is then refused.
var overQuota = []act{
	{op: "CreateUser", in: `{"IdentityStoreId":"<D>","Name":{"GivenName":"G","FamilyName":"H"},"DisplayName":"G","UserName":"ann"}`, keep: "USER=UserId"},
	{op: "CreateUser", in: `{"IdentityStoreId":"<D>","Name":{"GivenName":"G","FamilyName":"H"},"DisplayName":"G","UserName":"ben"}`, refused: "ServiceQuotaExceededException"},
	{op: "CreateGroup", in: `{"IdentityStoreId":"<D>","DisplayName":"a"}`, keep: "GROUP=GroupId"},
	{op: "CreateGroup", in: `{"IdentityStoreId":"<D>","DisplayName":"b"}`, keep: "OTHER=GroupId"},
	{op: "CreateGroup", in: `{"IdentityStoreId":"<D>","DisplayName":"c"}`, refused: "ServiceQuotaExceededException"},
	{op: "CreateGroupMembership", in: `{"IdentityStoreId":"<D>","GroupId":"<GROUP>","MemberId":{"UserId":"<USER>"}}`},
	{op: "CreateGroupMembership", in: `{"IdentityStoreId":"<D>","GroupId":"<OTHER>","MemberId":{"UserId":"<USER>"}}`, refused: "ServiceQuotaExceededException"},
	{op: "CreatePermissionSet", in: `{"InstanceArn":"<I>","Name":"One"}`, keep: "SET=PermissionSet.PermissionSetArn"},
	{op: "CreatePermissionSet", in: `{"InstanceArn":"<I>","Name":"Two"}`, keep: "TWO=PermissionSet.PermissionSetArn"},
	{op: "CreatePermissionSet", in: `{"InstanceArn":"<I>","Name":"Three"}`, refused: "ServiceQuotaExceededException"},
	{op: "AttachManagedPolicyToPermissionSet", in: `{"InstanceArn":"<I>","PermissionSetArn":"<SET>","ManagedPolicyArn":"arn:aws:iam::aws:policy/ReadOnlyAccess"}`},
	{op: "AttachManagedPolicyToPermissionSet", in: `{"InstanceArn":"<I>","PermissionSetArn":"<SET>","ManagedPolicyArn":"arn:aws:iam::aws:policy/AdministratorAccess"}`, refused: "ServiceQuotaExceededException"},
	{op: "AttachCustomerManagedPolicyReferenceToPermissionSet", in: `{"InstanceArn":"<I>","PermissionSetArn":"<SET>","CustomerManagedPolicyReference":{"Name":"Queues","Path":"/team/"}}`, refused: "ServiceQuotaExceededException"},
	{op: "PutInlinePolicyToPermissionSet", in: `{"InstanceArn":"<I>","PermissionSetArn":"<SET>","InlinePolicy":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"sqs:*\",\"Resource\":\"*\"}]}"}`, refused: "ServiceQuotaExceededException"},
	{op: "CreateAccountAssignment", in: `{"InstanceArn":"<I>","PermissionSetArn":"<SET>","TargetType":"AWS_ACCOUNT","TargetId":"<M>","PrincipalType":"USER","PrincipalId":"<USER>"}`},
	{op: "CreateAccountAssignment", in: `{"InstanceArn":"<I>","PermissionSetArn":"<TWO>","TargetType":"AWS_ACCOUNT","TargetId":"<M>","PrincipalType":"USER","PrincipalId":"<USER>"}`, refused: "ServiceQuotaExceededException"},
	{op: "CreateApplication", in: `{"InstanceArn":"<I>","ApplicationProviderArn":"arn:aws:sso::aws:applicationProvider/custom","Name":"One","ClientToken":"one"}`},
	{op: "CreateApplication", in: `{"InstanceArn":"<I>","ApplicationProviderArn":"arn:aws:sso::aws:applicationProvider/custom","Name":"Two","ClientToken":"two"}`, refused: "ServiceQuotaExceededException"},
	{op: "CreateTrustedTokenIssuer", in: `{"InstanceArn":"<I>","Name":"one","TrustedTokenIssuerType":"OIDC_JWT","TrustedTokenIssuerConfiguration":{"OidcJwtConfiguration":{"IssuerUrl":"https://one.example","ClaimAttributePath":"email","IdentityStoreAttributePath":"emails.value","JwksRetrievalOption":"OPEN_ID_DISCOVERY"}}}`},
	{op: "CreateTrustedTokenIssuer", in: `{"InstanceArn":"<I>","Name":"two","TrustedTokenIssuerType":"OIDC_JWT","TrustedTokenIssuerConfiguration":{"OidcJwtConfiguration":{"IssuerUrl":"https://two.example","ClaimAttributePath":"email","IdentityStoreAttributePath":"emails.value","JwksRetrievalOption":"OPEN_ID_DISCOVERY"}}}`, refused: "ServiceQuotaExceededException"},
	{op: "AddRegion", in: `{"InstanceArn":"<I>","RegionName":"eu-west-1"}`, refused: "ServiceQuotaExceededException"},
	{op: "TagResource", in: `{"ResourceArn":"<SET>","Tags":[{"Key":"a","Value":"1"},{"Key":"b","Value":"2"}]}`, refused: "ServiceQuotaExceededException"},
}
