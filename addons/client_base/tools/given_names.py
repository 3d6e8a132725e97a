"""Given names: every spelling and pet form of one name to one folded form."""

from typing import Final

from .alphabet import fold_word

# A line is one name. The first word stands for the group; where a pet form belongs to
# two names (Саша, Женя, Валя, Слава) it stands with the more frequent one.
_GROUPS: Final = """
александр олександр саша сашко саня олександро alexander alex aleksander oleksandr
сергей сергій серёжа сергійко serge sergey serhii
андрей андрій андрюша andrew andrey andrii
владимир володимир вова володя вовка vladimir volodymyr
николай микола коля миколка nikolay mykola nicholas
иван іван ваня івась ivan
дмитрий дмитро дима діма митя dmitry dmytro
алексей олексій леша лёша льоша олекса alexey oleksii
михаил михайло миша михайлик michael mikhail mykhailo
василий василь вася vasily vasyl
виктор віктор витя вітя victor viktor
юрий юрій юра yuri yury yurii
евгений євген женя евген eugene evgeny yevhen
павел павло паша pavel pavlo paul
пётр петр петро петя peter petr
игорь ігор гоша igor ihor
олег олежка oleg oleh
максим макс maxim maksym
артём артем тёма artem
роман рома ромка roman
богдан bogdan bohdan
тарас taras
григорий григорій гриша gregory hryhorii
константин костянтин костя constantine konstantin kostiantyn
анатолий анатолій толя толик anatoly anatolii
валерий валерій valery valerii
вячеслав в'ячеслав viacheslav
станислав станіслав стас stanislav
ярослав yaroslav
владислав влад vladislav vladyslav
виталий віталій виталик віталік vitaly vitalii
руслан ruslan
денис деня denis denys
никита микита nikita mykyta
даниил данило данил daniel danylo
кирилл кирило kirill kyrylo
степан stepan
фёдор федор федір федя fedor fedir theodore
георгий георгій жора george georgy
леонид леонід льоня leonid
борис boris borys
эдуард едуард эдик едік eduard edward
вадим vadim vadym
антон anton anthony
геннадий геннадій гена gennady hennadii
тимофей тимофій тимоша timothy
матвей матвій matthew
назар nazar
остап ostap
святослав sviatoslav
илья ілля ильюша ilya illia
захар zakhar
лев левко lev
марк марко mark
глеб гліб hleb gleb
яков яків jacob yakiv
семён семен simon semen
арсений арсеній arseny
егор єгор yehor
филипп пилип філіп philip pylyp
аркадий аркадій arkady
валентин valentin valentyn
ростислав rostyslav rostislav
любомир lubomyr
мирон myron
давид david davyd
артур arthur artur
альберт albert
роберт robert
тимур timur
рустам rustam
герман herman
макар makar
лука luka
орест orest
демьян дем'ян demian
всеволод vsevolod
вениамин веніамін veniamin
савелий савелій saveliy
ефим юхим yukhym
игнат гнат ihnat
климент клим klym
прохор prokhor
тихон tykhon
елена олена лена оленка алёна альона helen elena olena
наталья наталія наталя наташа наталка natalia natalie nataliia
татьяна тетяна таня tatiana tetiana
ирина ірина ира іра irene irina iryna
светлана світлана света світа svetlana svitlana
людмила люда мила liudmyla lyudmila
оксана ксюша ксения ксенія oksana
ольга оля olga olha
мария марія маша марійка maria mary mariia
галина галя halyna galina
екатерина катерина катя catherine kateryna ekaterina
юлия юлія юля julia yulia yuliia
анна ганна аня анюта hanna anna ann
виктория вікторія вика віка victoria viktoriia
любовь любов люба liubov
надежда надія надя nadezhda nadiia
валентина валя valentina
лариса лара larysa larissa
инна інна inna
алла alla
алина аліна alina
анастасия анастасія настя anastasia
дарья дарія дарина даша daria darya
софия софія софья соня sofia sophia
яна yana
нина ніна nina
вера віра vera vira
лидия лідія лида ліда lydia
тамара тома tamara
раиса раїса рая raisa
маргарита рита маргоша margarita
евгения євгенія yevheniia
александра олександра alexandra oleksandra
валерия валерія лера valeria
кристина христина крістіна christina
ярослава yaroslava
мирослава myroslava
полина поліна polina
диана діана diana
ульяна уляна uliana
елизавета єлизавета лиза ліза elizabeth
зоя zoya
жанна zhanna
антонина антоніна тоня antonina
зинаида зінаїда зина зіна zinaida
вероника вероніка veronika
ева єва eva
марина marina maryna
анжела анжеліка анжелика angela anzhela
карина каріна karina
марьяна мар'яна mariana marianna
зоряна zoriana
роксолана roksolana
соломия соломія solomiia
стефания стефанія stefania
злата zlata
милана мілана milana
эмма емма emma
снежана сніжана snizhana
каролина кароліна karolina
яніна янина yanina
"""

_LINES: Final = tuple(line.split() for line in _GROUPS.strip().splitlines())
# Folded name -> folded first name of its group; a name of two groups keeps the first.
GIVEN_NAMES: Final = {
    fold_word(name.replace("'", "")): fold_word(line[0])
    for line in reversed(_LINES)
    for name in reversed(line)
}
GIVEN_KEYS: Final = frozenset(GIVEN_NAMES.values())
# Folded first name of a group -> the letters its initial can be.
GIVEN_INITIALS: Final = {
    fold_word(line[0]): frozenset(fold_word(name)[0] for name in line)
    for line in _LINES
}
