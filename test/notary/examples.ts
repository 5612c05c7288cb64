/**
 * Files that the unmodified client of Notary 0.7 took (the dialect’s description, 9): made by another program than this
 * one, and so vectors for reading and for writing.
 */

export const SNAPSHOT_EXAMPLE = [
  '{"signed":{"_type":"Snapshot","expires":"2027-12-27T10:35:30Z","meta":{"root":{"hashes":{"sha256":"8',
  '3s9CSQ9rMLSYtlh2yjr3x1P5kPE+Dva6JrE9AdchaA=","sha512":"w22qfIlACOdpjqozibUTECkdli0+h5Dgq3aQ4mO+UV7A/',
  'mQXgC0f1AIc1CQ7KhAItWqX3/52iTWNPkDqMS9RCg=="},"length":2174},"targets":{"hashes":{"sha256":"wO7nkTB5',
  'jkk4jEplqJSzJUqEUJSu811beyC4GnuLgj8=","sha512":"x+60Jy4I7zSQ2zpKf7mIpoDWhyo5LijRR9MvlORR779dyRx66r5x',
  'qYhWFsxW8KYG1jySMdVE1EnkUKEJ2M6Q0A=="},"length":2465},"targets/releases":{"hashes":{"sha256":"lHpWeu',
  'GzZnGyVJviQEh0rLsW7H5VRPLVVJzaH9bZA5s=","sha512":"oHTdW1ywId1Lvk2tw+ZC1AyxcwdeRcQFQLzsJ2y2OTVg3Gtva9',
  'jAkTYhbO2Pi2MTxF+727qCW7h7RzvIo2Ln8g=="},"length":786}},"version":1},"signatures":[{"keyid":"f93ce12',
  '371948e4c2d1c6bf76b7cf3b8afd482c0a2fec8196bf6ae3577d97871","method":"eddsa","sig":"SLp1jzmLzaHZtQb/C',
  'z7dV3nHm6nxLcj4Dra/FP6a5K8Ss49T0h4lMyuQeO+PP0LJPqcvY4TxdNN9jbv5gCIwAQ=="}]}',
].join('');

export const TIMESTAMP_EXAMPLE = [
  '{"signed":{"_type":"Timestamp","expires":"2027-12-27T10:35:30Z","meta":{"snapshot":{"hashes":{"sha25',
  '6":"Nk6wfugIh5XcCvNmo0d6NEfHtRjG4EwqqeCLN83f694=","sha512":"dtRrJeh4O9Hzlut/KGMGo4OfK20nsctQ/VBe+Vpb',
  'jOouhrJA9ZLO/OSp5zyytRu6ExEvfijUKHTwsWhTWXMjAw=="},"length":875}},"version":1},"signatures":[{"keyid',
  '":"113a8095f0104f9e7b0f3b3e4d835f38388a995195e330f5f96a6682b1d1499e","method":"eddsa","sig":"2OnkUyd',
  'wWvusScHf6ZkwGt6d124cC3lkiGh56R6KIIH8xhCEk+4iVJ7Ne3M4j9yOdtyM93e+vHfRYz6/nvYDCw=="}]}',
].join('');

export const ROOT_EXAMPLE = [
  '{"signed":{"_type":"Root","consistent_snapshot":false,"expires":"2036-11-19T10:35:30Z","keys":{"113a',
  '8095f0104f9e7b0f3b3e4d835f38388a995195e330f5f96a6682b1d1499e":{"keytype":"ed25519","keyval":{"privat',
  'e":null,"public":"0WHXPk8+qdPkXJLF3Pdf62QSziUZ9RHq13UQutcAZaQ="}},"8e940c71cae0b21340bb7195ffef8e17a',
  'bde3c57756482f92f3b54b1e295544c":{"keytype":"ecdsa-x509","keyval":{"private":null,"public":"LS0tLS1C',
  'RUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJYRENDQVFLZ0F3SUJBZ0lRRS9BM3plUnlscDlxTElYNCt6V0liREFLQmdncWhrak9Q',
  'UVFEQWpBZk1SMHcKR3dZRFZRUUREQlJ0YVhKeWIzSXVaR011YVc1MFpYSnVZV3d2S2pBZUZ3MHlOakV4TWpJeE1ETTBNekJhRncw',
  'egpOakV4TVRreE1ETTFNekJhTUI4eEhUQWJCZ05WQkFNTUZHMXBjbkp2Y2k1a1l5NXBiblJsY201aGJDOHFNRmt3CkV3WUhLb1pJ',
  'emowQ0FRWUlLb1pJemowREFRY0RRZ0FFWUdLLytzTkQwSFhKVWQ2S3NuZGg1dndFdEpqeC8rN04KUGFuOGpQOGNoeTZRanREdEQr',
  'VUF5aENLcndKYzJERktBQnpFY1VPUGlOK3h1QVJYM1NDbU02TWdNQjR3REFZRApWUjBUQVFIL0JBSXdBREFPQmdOVkhROEJBZjhF',
  'QkFNQ0I0QXdDZ1lJS29aSXpqMEVBd0lEU0FBd1JRSWdRWGp2Ck9vaTJJcGZZSXZUWWpyL3BnbVU5UnBDOFRWTFJ1Um9odnI1MmEr',
  'SUNJUUNRNW5mcUFpZWxFc2thcjc4aUdHdEQKelA3L1VBd1hzMmh1dDJLOCsxZm5TZz09Ci0tLS0tRU5EIENFUlRJRklDQVRFLS0t',
  'LS0K"}},"f0386da687ac22fd0b3a99a08bc0d1a9268791e1087bd7e1f3248e0b817c0cee":{"keytype":"ecdsa","keyva',
  'l":{"private":null,"public":"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEeVM04KszavSkVjlDuu0+vKwIiZxd0nZAWBP',
  'Jx75SPM4SqEwuEfCmesaQhLgTxopjB0BezU6iu8IQfSBjRGJQ7w=="}},"f93ce12371948e4c2d1c6bf76b7cf3b8afd482c0a2',
  'fec8196bf6ae3577d97871":{"keytype":"ed25519","keyval":{"private":null,"public":"nJ0bE6JtdG9jPyNtejyt',
  'v08zH2U9Pjk+OmquMWgqJqQ="}}},"roles":{"root":{"keyids":["8e940c71cae0b21340bb7195ffef8e17abde3c57756',
  '482f92f3b54b1e295544c"],"threshold":1},"snapshot":{"keyids":["f93ce12371948e4c2d1c6bf76b7cf3b8afd482',
  'c0a2fec8196bf6ae3577d97871"],"threshold":1},"targets":{"keyids":["f0386da687ac22fd0b3a99a08bc0d1a926',
  '8791e1087bd7e1f3248e0b817c0cee"],"threshold":1},"timestamp":{"keyids":["113a8095f0104f9e7b0f3b3e4d83',
  '5f38388a995195e330f5f96a6682b1d1499e"],"threshold":1}},"version":1},"signatures":[{"keyid":"8e940c71',
  'cae0b21340bb7195ffef8e17abde3c57756482f92f3b54b1e295544c","method":"ecdsa","sig":"lh+52h7xy3mQ2P+rsX',
  'EN7hEvufRlWo50bpg+TgDkSzqliwhnWkqiWyhuUmvg4R0iIuzqslKn62ugfi65Ot6V+A=="}]}',
].join('');
