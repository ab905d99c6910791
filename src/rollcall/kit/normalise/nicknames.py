"""What people call one another: short and pet forms of given names, in English and Spanish.

Curated, because a search that offers strangers is worse than one that misses a rare pet form. The
public lists were looked at; they have hardly any Spanish names and join unrelated ones (Bill and
Fred, Aaron and Erin).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from rollcall.kit.normalise.names import fold_name

#: A line is a name, with spellings that are one name to the ear, and what its bearers are called.
_NAMES: Final = """
aaron: ron ronnie
abigail: abby abbie gail
abraham: abe bram
adelaide adele: addie della
adrian adriana adrienne: adri
agnes: aggie
agustin: tin
alan allan allen: al
albert alberto: al bert berto beto
alejandra: ale sandra alex jandra
alejandro: ale alex jandro
alexander alexandra alexandria alexis: alex al lex lexi sandy sandra xander alec sasha
alexander alexandra alexandria: lexie alexa allie xander zander
alfonso alphonse: al fonso poncho foncho
alfred alfredo: al alf fred freddy fredo
alice alicia allison alison: ali allie ally
alonzo alonso: lon lonnie
alyssa alissa elissa: lyssa ally
amanda: mandy
amelia emilia: amy millie emmy
ana anna anne ann: annie anita nan anya
andrea: andie drea
andrew andre andreas: dre drew
andrew andre andres: andy drew
angel: angelito
angela angelica angelina: angie ange
ann anne anna hannah: nan nancy nanny
annette antoinette jeanette: nettie netta
anthony antonio antoine: tony tone ant toño toni
antonia antonieta antoinette: toni toña nettie
araceli: ara cheli
archibald: archie
ariana arianna: ari
arnold: arnie
arthur arturo: art artie turo
ashley: ash
augustus augustine august: gus augie
aurora: rory
barbara: barb babs barbie
bartholomew bartolome: bart
beatrice beatriz beatrix: bea trixie bety betty
belinda melinda linda lucinda: lindy lin
benedict: ben
benjamin: ben benny benji benja
bernadette: bernie detta
bernard bernardo: bernie barney nardo
bertha berta: bert bertie
beverly: bev
bradley: brad
brandon: brand
brenda: bren
brian bryan: bry
brianna breanna briana: bri bree
bridget brigid: biddy bridie
brittany britney: brit britt
calvin: cal
cameron: cam
camila camille: cami milla
candace candice: candy
carlos: charlie charles carl
carlos: charly carlitos litos
carmen: carmela carmelita menchu
carol caroline carolyn carolina: carrie caro lina
carol carolyn caroline: lynn callie caro
cassandra: cass cassie sandra
cassidy cassandra: cass cassie
catherine katherine kathryn katharine kathleen catalina catarina: cathy kathy kate katie cat kat
catherine katherine kathryn katharine kathleen catalina catarina: kit kitty kay cata trina
cecilia cecile: cece ceci celia chila
charles: charlie chuck chas chip
charlotte: charlie lottie char
cheryl sheryl cherie: cher sherry
chester: chet
christian christine christina christopher cristina kristina kristen kristin cristian: chris kris
christian: kit
christina christine kristina kristine: kristy christy chrissie krissy kirsty
christine christina cristina kristina: tina chrissy cris
christopher cristobal: kit topher toby
clarence: clare
claudia: clau
clayton: clay
clifford clifton: cliff
concepcion: concha conchita connie chita
conrad: con
constance constanza: connie
consuelo: chelo consu
cornelius: neil corny
courtney: court
curtis: curt
cynthia: cindy cyndi
cyrus: cy
daniel: dan danny dani
daniela danielle: dani danny
darlene darla: dar
david: dave davey
deborah debra: deb debbie debby
delores dolores: lola lolita dee
dennis: denny
derek derrick: rick ricky
desmond desiree: des desi
desmond: dez
diana diane dianne: di
diana diane: didi dee
diego: dieguito
dmitri dimitri: dima mitya
dominic dominique: dom nick
donald: don donnie donny
donna: don
dorothy doris: dory dodie
dorothy dorothea dorotea: dot dottie dolly dora
douglas: doug
dustin: dusty
edgar: ed eddie
edith: edie
edmund: ed ned ted
eduardo: lalo edu eddie ed
edward: ed eddie eddy ned ted teddy
edwin: ed eddie win
eileen: ellie
elaine elena: ellie lena laney nena
elaine: lainey lainie
eleanor elinor leonor: ellie nell nora lenny
elias elijah: eli lige
elizabeth elisabeth isabel isabella isabelle elisa: lisa libby liza isa izzy bella belle chabela
elizabeth elisabeth isabel isabella isabelle elisa: liz lizzie lizzy beth betty betsy bess eliza
ellen helen helena: nell nellie ellie lena
emanuel manuel manuela emmanuel: manny manolo manu meño nel
emily emilia: em emmy millie
enrique: quique kike rick henry
eric erik erick: rick ricky
ernest ernesto: ernie neto
esperanza: espe lancha pera
esteban: steve estebi
esther ester: essie
eugene eugenio: gene geno
eugenia eugenie: genie maru
evelyn: evie eve lyn
everett evan: ev
ezekiel ezequiel: zeke cheque
federico: fede fred kiko
felipe: pipe lipe
fernanda: fer nanda
fernando: fer nando
florence florencia: flo flora flor
frances: fran frannie frankie
francis franklin frank: frank frankie
francisca: paca pancha fran panchita
francisco: paco pancho kiko cisco frank curro chico panchito
frederick fredrick: fred freddie freddy rick
gabriel gabriela gabrielle: gabby
gabriel: gabe gabo gab
gabriela gabrielle: gabi gaby
genevieve genoveva: gen jenny eve veva
geoffrey jeffrey jeffery: geoff jeff
george: georgie
georgia georgina georgette: georgie gina
gerald gerard geraldine gerardo: gerry jerry gera lalo
gilbert gilberto: gil bert beto
giovanni: gio gianni
gladys: glad
gloria: glo
gordon: gordy
graciela: chela grace
gregory gregorio: greg goyo
guadalupe: lupe lupita pita
guillermo: memo guille billy
guillermo: william will
gustavo: gus tavo
gwendolyn: gwen wendy
harold: hal harry
harriet henrietta: hetty etta hattie
harriet: hattie
harrison: harry
harry henry: hank harry hal
hector: tito
herbert: herb herbie bert
heriberto: beto
horace: hory
howard: howie
ignacio: nacho nachito
irving: irv
isaac: ike zac
isabel elizabeth elspeth: libby elsie else elsa
isidro: chilo
ismael: mayo
jacob jason james: jay
jacob: jake jay
jacqueline jaclyn: jackie
jaime: jimmy
james: jim jimmy jamie jem
jane janet janice: jan janie jenny
jasmine jazmin yasmin: jas jazz
jason: jase
javier: javi xavi
jaylen jayden: jay
jeanne jean: jeannie
jennifer: jen jenny jenn jenna
jeremiah jeremy: jerry jem
jerome jeronimo: jerry
jesse: jess
jessica: jess jessie
jesus: chuy chucho chuyito
joan joanna joanne johanna: jo joey
joaquin: quino jack
joel: joe
john: jack johnny jon
jonathan: jon jonny jonnie nathan
jordan: jordy
jorge: coque
jorge: george
jose: joseph joey jojo
jose: pepe joe che pepito chepe
josefa josefina: pepa fina pepita chepa
joseph judith joan: jody
joseph: joe joey jo
josephine: jo josie fifi
joshua: josh
joyce: joy
juan: john
juan: juancho juanito johnny
juana: juanita
judith: judy jude
julian juliana julia juliet: jules juli julie
julio: julito
justin justine: jus
kaitlyn katelyn caitlin: kate katie kait kay
karen: kari
karina: kari
katrina catrina: kat trina
kayla makayla mikayla: kay
kelly: kel
kenneth: ken kenny
kevin: kev
kimberly: kim kimmy
latoya: toya
laura lauren laurel: laurie lori
lawrence laurence lorenzo: larry lenzo lencho loren
leilani: lani
leonard leonardo leon: len lenny leo nardo
leopoldo leopold: leo polo
leroy: roy lee
leslie: les
lester: les
leticia letitia: lety letty ticia
lillian liliana lilian: lily lili lil
lindsay lindsey: lin linds
loretta: etta lori retta
lorraine: lori
louis lewis: lou louie lew
louise luisa: lou lulu
lourdes: lulu lula
lucas luke: luc
lucia lucy lucille: lucy lu lucha chia
lucinda: cindy lucy
luis: louis lou louie
luis: lucho guicho
mabel: mae may
mackenzie mckenzie: kenzie mac mack
madeline madeleine magdalena: maddie lena magda malena
madison madeline: maddie
malcolm: mal
marcela: chela marce
marcos marcus marc mark: mark marc
margaret margarita marguerite: maggie meg peggy marge margie greta daisy margot mago
margaret: madge maisie peg meggie rita greta
margarita: rita
maria mary marie: molly polly mari mimi maru mia
marilyn: mari lyn
marisol: mari sol
marjorie: marge margie
martha marta: marty mattie
martha: patty patsy
martin: marty tin
marvin: marv
mary: mae may mamie mitzi minnie
matthew matthias mateo: matt matty teo
matthew: mattie
maureen: mo
maurice mauricio: mo mauri
maximilian maxwell maxine maximiliano: max
megan meghan: meg
melanie melissa melinda: mel missy lindy
melissa melinda: milly mindy
melvin: mel
mercedes: meche mercy merche
michael: mike mikey mick mickey micky
michelle: mitch mich missy
michelle: shelly shell chelle
miguel: michael
miguel: mike migue miky
mildred: millie
milton: milt
minerva: minnie
mitchell: mitch
mohammed muhammad mohamed: mo
monica: moni
moses moises: mo moy
nancy: nan
natalie natalia natasha: nat tasha talia
nathan nathaniel: nate nat
nicholas nicolas nikolas: nick nicky nico nic klaus
nicole: nicki nikki nic coco
nicolette nicole: nicky coco
norma: normita
norman: norm
octavio: tavo
oliver: ollie olly
olivia: liv livvy ollie
oscar: ozzie
pablo: paul
pamela: pam
patricia: pat patty trish tricia pati paty
patricia: patsy
patrick patricio: pat paddy rick pato
paul paula paulina: pauly pau
pauline paulette: polly paula
pedro: perico pete
pedro: peter
penelope: penny
percival: percy
peter: pete
philip phillip: phil pip
philippa: pippa
phyllis: phyl
priscilla: cilla prissy
rachel raquel: rach shelly quela
rachel: rae
rafael raphael: rafa rafi ralph
ramiro: rami
ramon: moncho mon
ramona: mona
randall randolph: randy
randall: rand
raymond raymundo: ray mundo
rebecca rebeca: becky becca beck
rebecca: reba
regina: gina reggie
reginald: reggie reg
rene renee: ren
reynaldo rey: rey naldo
ricardo: rick ricky richie cardo
richard: rick ricky rich richie dick
robert: bob bobby rob robbie robby bert
roberta: bobbie robbie
roberto: beto robert bob tito
roderick rodrigo: rod roddy rodri
rodolfo rudolph: rudy fito rolo
rogelio: roger roge
roger: rog hodge
roland rolando: rollie rolo lando
ronald ronaldo: ron ronnie
rosa rose rosario rosalia rosalind rosemary: rosie roz chayo charo rosita romy rose
roxanne roxana: roxie roxy rox
russell: russ
russell: rusty
ruth: ruthie
salvador salvatore: sal chava chavo
samantha: sam sammy
samuel: sam sammy
sandra: sandy
santiago: santi chago yago
sara sarah: sally sadie sari
savannah: savvy vanna
scott: scotty
sebastian: seb bastian sebas
sergio: checo
sharon: shari
shirley: shirl lee
sidney sydney: sid syd
silvia sylvia: syl
socorro: coco coyo
sofia sophia sophie: sofi sophie fia
solomon: sol
spencer: spence
stanley: stan
stephanie estefania: steph stephie fani tefi
stephanie: stevie
stephen steven stefan: steve stevie
stuart stewart: stu
susan susana susanna suzanne: sue susie suzy suse
susan: sukie suki
sylvester silvestre: sly
tabitha: tabby
tamara: tammy tam
tatiana: tania tati
taylor: tay
terence: terry
teresa theresa: terry tess tessa tere
terrence terrance: terry
thaddeus tadeo: tad thad teo
theodore teodoro: ted teddy theo teo doro
thomas tomas: tom tommy
tiffany: tiff
timothy timoteo: tim timmy
tobias: toby
travis: trav
trevor: trev
tyrone tyler: ty
valentina valerie valeria: val vale
vanessa: nessa vane
vernon: vern
veronica: vero ronnie roni nica
vicente: chente vince
victor: vic vico
victoria: vicky vicki tori vic
vincent vincenzo: vince vinny vin
violet violeta: vi letty
virginia: ginny ginger vicky
vivian viviana: viv vivi
wallace: wally
walter: walt wally
walter: wat
wesley: wes
whitney: whit
wilfred wilfredo: will fred willie
wilhelmina: mina billie willa minnie
william: bill billy will willie willy liam
winifred: winnie freda
winston: win
yolanda: yoli yola
yvonne: vonnie
zachary zacarias: zach zack zac
zebulon: zeb
"""


def _read(listing: str) -> Mapping[str, frozenset[str]]:
    """Word → what may stand for it: short forms of a name, names behind a short form."""
    found: dict[str, set[str]] = defaultdict(set)
    groups: dict[str, set[str]] = defaultdict(set)
    for line in listing.strip().splitlines():
        names, _, pets = line.partition(":")
        groups[names].update(map(fold_name, (*names.split(), *pets.split())))
    for group in groups.values():
        for word in group:
            found[word] |= group
    return {word: frozenset(others - {word}) for word, others in found.items()}


_FORMS: Final = _read(_NAMES)


def nicknames_of(word: str) -> frozenset[str]:
    """Names that may mean the same person as this folded word, both ways and between siblings.

    ``bob`` gives robert, rob, bobby …; ``robert`` gives bob …; empty for a word that is in no list.
    """
    return _FORMS.get(word, frozenset())
