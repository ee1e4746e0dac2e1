// The function libraries through whole expressions: values, errors, and costs.

#include "policy/library/kubernetes/kubernetes_library.hpp"

#include <gtest/gtest.h>

#include <string>

#include "policy/check/check.hpp"
#include "policy/library/kubernetes/authorizer.hpp"
#include "policy/program/program.hpp"

namespace yagura::policy {
namespace {

class Evaluation {
 public:
  explicit Evaluation(std::string_view text, const Authorizer& authorizer = unknown_authorizer()) {
    EnvironmentBuilder builder(kubernetes_environment());
    builder.variable("authorizer", builder.types().opaque("kubernetes.authorization.Authorizer"));
    builder.variable("d", &types::kDyn);
    builder.functions(kubernetes_jsonpatch_functions());
    const auto environment = builder.build();
    const auto parsed = parse(text, kubernetes_parse_options());
    if (!parsed) {
      issues = to_string(parsed.issues, text);
      return;
    }
    auto checked = check(parsed.ast, *environment);
    if (!checked) {
      issues = to_string(checked.issues, text);
      return;
    }
    auto slots = std::make_shared<VariableSlots>();
    slots->add("authorizer");
    slots->add("d");
    program = *compile(checked.checked, slots);
    const UserInfo user{.username = "jane", .uid = {}, .groups = {}};
    values[0] = make_authorizer(context, authorizer, user);
    values[1] = Value::list({});
    const EvalResult result = program->evaluate(context, {.slots = values, .source = nullptr});
    value = result.value;
    cost = result.cost;
  }

  [[nodiscard]] std::string text() const {
    return issues.empty() ? to_debug_string(value) : issues;
  }

  EvalContext context;
  Value values[2];
  std::shared_ptr<const Program> program;
  Value value;
  std::uint64_t cost = 0;
  std::string issues;
};

class True : public testing::TestWithParam<std::string_view> {};

TEST_P(True, Holds) {
  const Evaluation evaluation(GetParam());
  EXPECT_TRUE(evaluation.value.is_true()) << GetParam() << " is " << evaluation.text();
}

INSTANTIATE_TEST_SUITE_P(
    Quantity, True,
    testing::Values(
        "quantity('200M').compareTo(quantity('0.2G')) == 0",
        "quantity('50M').isLessThan(quantity('50Mi'))",
        "quantity('150Mi').isGreaterThan(quantity('100Mi'))",
        "!quantity('50Mi').isGreaterThan(quantity('100Mi'))",
        "quantity('50k').add(quantity('20k')) == quantity('70k')",
        "quantity('50k').add(20) == quantity('50020')",
        "quantity('50k').sub(20000).asApproximateFloat() == 30000.0",
        "quantity('50k').add(20).sub(quantity('100k')).sub(-50000) == quantity('20')",
        "isQuantity('1.3Gi') && !isQuantity('1,3G') && !isQuantity('200K') && !isQuantity('Mi')",
        "quantity('50k').isInteger() && quantity('50k').asInteger() == 50000",
        "!quantity('9999999999999999999999999999999999999G').isInteger()",
        "sign(quantity('-5')) == -1 && quantity('0').sign() == 0",
        "type(quantity('1')) == kubernetes.Quantity", "quantity('1') != quantity('2')",
        "dyn(quantity('1')) != dyn('1')"));

INSTANTIATE_TEST_SUITE_P(
    Semver, True,
    testing::Values("semver('1.2.3').major() == 1 && semver('1.2.3').minor() == 2 && "
                    "semver('1.2.3').patch() == 3",
                    "semver('1.2.3').isLessThan(semver('2.0.0'))",
                    "semver('1.2.3').compareTo(semver('0.1.2')) == 1",
                    "semver('1.0.0-alpha') != semver('1.0.0')",
                    "semver('1.0.0+a') == semver('1.0.0+b')",
                    "isSemver('1.0.0') && !isSemver('v1.0') && isSemver('v1.0', true)",
                    "semver('v01.2', true) == semver('1.2.0')"));

INSTANTIATE_TEST_SUITE_P(
    Url, True,
    testing::Values(
        "url('https://user:pass@example.com:80/path?query=val#fragment').getHost() == "
        "'example.com:80'",
        "url('https://[::1]:80/').getHostname() == '::1'",
        "url('https://example.com:80/').getPort() == '80'", "url('/path').getScheme() == ''",
        "url('HTTPS://a/').getScheme() == 'https'",
        "url('https://example.com/path with spaces/').getEscapedPath() == '/path%20with%20spaces/'",
        "url('https://example.com/path?k1=a&k2=b&k2=c').getQuery() == {'k1': ['a'], 'k2': ['b', "
        "'c']}",
        "url('https://example.com/path?').getQuery() == {}",
        "isURL('/absolute-path') && !isURL('../relative-path') && !isURL('https://a:b:c/')",
        "url('http://a/b') == url('HTTP://a/b')"));

INSTANTIATE_TEST_SUITE_P(
    Format, True,
    testing::Values("!format.dns1123Label().validate('my-label').hasValue()",
                    "format.dns1123Label().validate('My').value().size() == 1",
                    "format.named('dns1035Label').value().validate('1a').hasValue()",
                    "!format.named('email').hasValue()",
                    "format.dns1123LabelPrefix().validate('a-').orValue([]).size() == 0",
                    "!format.uuid().validate('123e4567-e89b-12d3-a456-426614174000').hasValue()",
                    "!format.byte().validate('aGVsbG8=').hasValue() && "
                    "!format.uri().validate('http://a').hasValue()",
                    "!format.date().validate('2021-01-01').hasValue() && "
                    "format.datetime().validate('x').hasValue()",
                    "!format.labelValue().validate('').hasValue() && "
                    "!format.qualifiedName().validate('a/b').hasValue()",
                    "!format.dns1123Subdomain().validate('a.b').hasValue()",
                    "!format.dns1035LabelPrefix().validate('a-').hasValue()",
                    "!format.dns1123SubdomainPrefix().validate('a.b-').hasValue()"));

INSTANTIATE_TEST_SUITE_P(
    Regex, True,
    testing::Values(
        "'abc 123'.find('[0-9]+') == '123'", "'abc 123'.find('xyz') == ''",
        "'abc 123'.find('[0-9]*') == ''", "'123 abc 456'.findAll('[0-9]+') == ['123', '456']",
        "'123 abc 456'.findAll('[0-9]+', 1) == ['123']", "'123 abc 456'.findAll('xyz') == []",
        "'123'.findAll('[0-9]', 0) == []", "'123'.findAll('[0-9]', -1).size() == 3",
        // Empty matches: before, between and behind, but not right behind a match.
        "'aéb'.findAll('x*') == ['', '', '', '']", "'baac'.findAll('a*') == ['', 'aa', '']",
        "'ab'.findAll('$') == ['']", "'foo.bar'.findAll('^[a-z]+') == ['foo']"));

INSTANTIATE_TEST_SUITE_P(
    List, True,
    testing::Values(
        "[1, 2, 3].isSorted() && ['a', 'b', 'b', 'c'].isSorted() && ![2.0, 1.0].isSorted()",
        "[1].isSorted() && d.isSorted()",
        "[1, 3].sum() == 4 && [1.0, 3.0].sum() == 4.0 && [1u, 2u].sum() == 3u",
        "[duration('1m'), duration('1s')].sum() == duration('61s')", "d.sum() == 0",
        "[1, 3, 2].min() == 1 && [1, 3, 2].max() == 3 && ['b', 'a'].min() == 'a'",
        "[true, false].max() && [timestamp('2020-01-01T00:00:00Z'), "
        "timestamp('2021-01-01T00:00:00Z')].min() == "
        "timestamp('2020-01-01T00:00:00Z')",
        "[1, 2, 2, 3].indexOf(2) == 1 && [1, 2, 2, 3].lastIndexOf(2) == 2 && [1.0].indexOf(1.1) == "
        "-1",
        "'abcabc'.indexOf('c') == 2 && 'abcabc'.lastIndexOf('c') == 5",
        "[[1], [2]].indexOf([2]) == 1"));

INSTANTIATE_TEST_SUITE_P(
    Network, True,
    testing::Values(
        "ip('127.0.0.1').family() == 4 && ip('::1').family() == 6",
        "isIP('::1') && !isIP('127.0.0.256')",
        "!isIP('::ffff:1.2.3.4') && !isIP('fe80::1%eth0') && !isIP('01.2.3.4')",
        "ip.isCanonical('2001:db8::abcd') && !ip.isCanonical('2001:DB8::ABCD')",
        "ip('127.0.0.1').isLoopback() && ip('::').isUnspecified() && "
        "ip('224.0.0.1').isLinkLocalMulticast()",
        "ip('169.254.169.254').isLinkLocalUnicast() && ip('192.168.0.1').isGlobalUnicast()",
        "string(ip('2001:DB8::1')) == '2001:db8::1' && string(cidr('10.0.0.0/8')) == '10.0.0.0/8'",
        "cidr('192.168.0.0/24').containsIP(ip('192.168.0.1')) && "
        "!cidr('192.168.0.0/24').containsIP('192.168.1.1')",
        "cidr('192.168.0.0/16').containsCIDR('192.168.10.0/24') && "
        "!cidr('192.168.1.0/24').containsCIDR(cidr('192.168.2.0/24'))",
        "cidr('192.168.0.1/24').ip() == ip('192.168.0.1') && cidr('192.168.0.1/24').masked() == "
        "cidr('192.168.0.0/24')",
        "cidr('192.168.0.0/16').prefixLength() == 16 && !isCIDR('192.168.0.0/33')",
        "type(ip('::1')) == net.IP && type(cidr('::/0')) == net.CIDR"));

INSTANTIATE_TEST_SUITE_P(
    JsonPatch, True,
    testing::Values("jsonpatch.escapeKey('k8s.io/my~label') == 'k8s.io~1my~0label'"));

// What Kubernetes declares and what it does not: the policy is taken by its API server unchanged.
INSTANTIATE_TEST_SUITE_P(
    Environment, True,
    testing::Values(
        "[1, 2].all(i, v, v > i) && {'a': 1}.exists(k, v, k == 'a')", "sets.contains([1, 2], [1])",
        "'a,b'.split(',').join('-') == 'a-b' && 'abc'.upperAscii() == 'ABC' && ' a '.trim() == 'a'",
        "optional.of(1).orValue(2) == 1 && {'a': 1}.?b.orValue(3) == 3", "1 < 1.5 && 2u > 1",
        "'x'.charAt(0) == 'x' && 'a-b'.replace('-', '+') == 'a+b' && 'hello'.substring(1, 3) == "
        "'el'"));

struct Failing {
  std::string_view expression;
  std::string_view message;
};

class Fails : public testing::TestWithParam<Failing> {};

TEST_P(Fails, WithTheMessage) {
  const Evaluation evaluation(GetParam().expression);
  const std::string text = evaluation.issues.empty() && evaluation.value.is_error()
                               ? error_text(evaluation.value)
                               : evaluation.text();
  EXPECT_NE(text.find(GetParam().message), std::string::npos)
      << GetParam().expression << " is " << text;
}

INSTANTIATE_TEST_SUITE_P(
    Errors, Fails,
    testing::Values(
        Failing{"quantity('200K')", "suffix"}, Failing{"quantity('')", "a quantity is a number"},
        Failing{"quantity('1.5').asInteger() == 1", "cannot convert value to integer"},
        Failing{"quantity('1e1000').add(1) == quantity('0')", "quantity"},
        Failing{"semver('1.0')", "three numbers"}, Failing{"url('relative')", "URL parse error"},
        Failing{"'a'.find('[')", "Illegal regex"}, Failing{"'a'.findAll('(')", "Illegal regex"},
        Failing{"d.min()", "min called on empty list"},
        Failing{"d.max()", "max called on empty list"},
        Failing{"[9223372036854775807, 1].sum()", "overflow"},
        Failing{"ip('1.2.3')", "parse error"}, Failing{"ip('::ffff:1.2.3.4')", "is not allowed"},
        Failing{"cidr('1.2.3.4')", "parse error"},
        Failing{"authorizer.path(' ')", "path must not be empty"},
        Failing{"authorizer.group('').resource('')", "resource must not be empty"},
        Failing{"authorizer.serviceAccount('a b', 'x')", "Invalid service account namespace"},
        Failing{"authorizer.serviceAccount('a', 'X')", "Invalid service account name"},
        Failing{"quantity(1)", "found no matching overload"},
        Failing{"[dyn([])].sum()", "overload"},
        // Not Kubernetes' (cel-go has them).
        Failing{"cel.bind(x, 1, x + 1)", "undeclared reference"},
        Failing{"math.greatest(1, 2)", "undeclared reference"},
        Failing{"base64.encode(b'a')", "undeclared reference"}));

TEST(Authorizer, WithoutAClusterADecisionIsUnknown) {
  EXPECT_TRUE(Evaluation("authorizer.group('').resource('pods').check('create').allowed()")
                  .value.is_unknown());
  EXPECT_TRUE(
      Evaluation("authorizer.path('/healthz').check('get').reason() == ''").value.is_unknown());
  // What does not depend on it is known.
  EXPECT_TRUE(
      Evaluation("true || authorizer.path('/healthz').check('get').allowed()").value.is_true());
}

class RecordingAuthorizer final : public Authorizer {
 public:
  AuthorizationAnswer authorize(const AuthorizationQuestion& question,
                                core::Arena&) const override {
    last = question;
    username = question.user.username;
    if (question.verb == "fail")
      return {.verdict = AuthorizationVerdict::kNoOpinion, .reason = "", .error = "down"};
    const bool allowed = question.verb == "get";
    return {.verdict = allowed ? AuthorizationVerdict::kAllow : AuthorizationVerdict::kDeny,
            .reason = allowed ? "may read" : "may not",
            .error = {}};
  }
  mutable AuthorizationQuestion last;
  mutable std::string username;
};

TEST(Authorizer, AsksWhatWasBuilt) {
  const RecordingAuthorizer authorizer;
  const Evaluation evaluation(
      "authorizer.group('apps').resource('deployments').subresource('scale').namespace('shop')."
      "name('web')"
      ".fieldSelector('a=b').labelSelector('c=d').check('get').allowed()",
      authorizer);
  EXPECT_TRUE(evaluation.value.is_true()) << evaluation.text();
  EXPECT_EQ(authorizer.last.group, "apps");
  EXPECT_EQ(authorizer.last.resource, "deployments");
  EXPECT_EQ(authorizer.last.subresource, "scale");
  EXPECT_EQ(authorizer.last.namespace_, "shop");
  EXPECT_EQ(authorizer.last.name, "web");
  EXPECT_EQ(authorizer.last.field_selector, "a=b");
  EXPECT_EQ(authorizer.last.label_selector, "c=d");
  EXPECT_EQ(authorizer.last.verb, "get");
  EXPECT_EQ(authorizer.username, "jane");
}

TEST(Authorizer, ServiceAccountsArePrincipalsOfTheirOwn) {
  const RecordingAuthorizer authorizer;
  const Evaluation evaluation(
      "!authorizer.serviceAccount('shop', 'robot').path('/x').check('post').allowed()", authorizer);
  EXPECT_TRUE(evaluation.value.is_true()) << evaluation.text();
  EXPECT_EQ(authorizer.username, "system:serviceaccount:shop:robot");
  EXPECT_FALSE(authorizer.last.is_resource);
}

TEST(Authorizer, DecisionsTellReasonAndError) {
  const RecordingAuthorizer authorizer;
  EXPECT_TRUE(Evaluation("authorizer.path('/x').check('get').reason() == 'may read'", authorizer)
                  .value.is_true());
  EXPECT_TRUE(
      Evaluation("authorizer.path('/x').check('fail').errored()", authorizer).value.is_true());
  EXPECT_TRUE(Evaluation("authorizer.path('/x').check('fail').error() == 'down'", authorizer)
                  .value.is_true());
  EXPECT_TRUE(
      Evaluation("!authorizer.path('/x').check('fail').allowed()", authorizer).value.is_true());
}

// A call's cost beyond that of its parts, by the runtime estimator's rules.
TEST(KubernetesCost, FollowsTheRuntimeEstimator) {
  const auto cost = [](std::string_view text) {
    const Evaluation evaluation(text);
    EXPECT_TRUE(evaluation.issues.empty()) << evaluation.issues;
    return evaluation.cost;
  };
  EXPECT_EQ(cost("authorizer.group('').resource('pods')"), 1U + 2U);
  EXPECT_EQ(cost("authorizer.path('/x').check('get').allowed()"), 1U + 1U + 350'000U + 1U);
  EXPECT_EQ(cost("d.isSorted()"), 1U);
  EXPECT_EQ(cost("authorizer.group('').resource('pods').labelSelector('a=b')"),
            3U + 10U + 1U + 100U);
}

TEST(KubernetesCost, ThreeAuthorizationChecksExceedTheLimit) {
  const RecordingAuthorizer authorizer;
  const std::string check = "!authorizer.path('/x').check('post').allowed()";
  EXPECT_TRUE(Evaluation(check + " && " + check, authorizer).value.is_true());
  EXPECT_TRUE(Evaluation(check + " && " + check + " && " + check, authorizer).value.is_error());
}

}  // namespace
}  // namespace yagura::policy
